/** Brent's root finder as R's `uniroot` has it: where a step function jumps, its tolerance decides. */

const epsilon = 2.220446049250313e-16;

interface Point {
  at: number;
  value: number;
}

/**
 * Where `f` crosses zero between two ends, found to `tolerance`. An end that is exactly zero is the
 * answer. The signs of the ends are not checked: R's caller and Kayenta rely on that.
 * @returns the best point after `maxSteps` when the tolerance was not reached
 */
export function brentRoot(
  f: (x: number) => number,
  left: Point,
  right: Point,
  { tolerance = 1e-4, maxSteps = 1001 } = {},
): number {
  if (left.value === 0) return left.at;
  if (right.value === 0) return right.at;
  let a = left;
  let b = right;
  // The root lies between b, the best point so far, and c; a is the b of the step before.
  let c = left;
  for (let step = 0; step < maxSteps; step += 1) {
    const before = b.at - a.at;
    if (Math.abs(c.value) < Math.abs(b.value)) [a, b, c] = [b, c, b];
    const near = 2 * epsilon * Math.abs(b.at) + tolerance / 2;
    const half = (c.at - b.at) / 2;
    if (Math.abs(half) <= near || b.value === 0) return b.at;
    const move = nextMove(a, b, c, before, near) ?? half;
    const at = b.at + (Math.abs(move) < near ? (move > 0 ? near : -near) : move);
    a = b;
    b = { at, value: f(at) };
    if ((b.value > 0 && c.value > 0) || (b.value < 0 && c.value < 0)) c = a;
  }
  return b.at;
}

/** The interpolated step, or null where halving the interval is the safer one. */
function nextMove(a: Point, b: Point, c: Point, before: number, near: number): number | null {
  if (Math.abs(before) < near || Math.abs(a.value) <= Math.abs(b.value)) return null;
  const [p, q] = interpolate(a, b, c);
  const width = c.at - b.at;
  const inside = p < 0.75 * width * q - Math.abs(near * q) / 2;
  return inside && p < Math.abs((before * q) / 2) ? p / q : null;
}

/** The step as p/q with p ≥ 0: linear through two points, inverse quadratic through three. */
function interpolate(a: Point, b: Point, c: Point): [p: number, q: number] {
  const width = c.at - b.at;
  let p: number;
  let q: number;
  if (a.at === c.at) {
    const ratio = b.value / a.value;
    p = width * ratio;
    q = 1 - ratio;
  } else {
    const ac = a.value / c.value;
    const bc = b.value / c.value;
    const ba = b.value / a.value;
    p = ba * (width * ac * (ac - bc) - (b.at - a.at) * (bc - 1));
    q = (ac - 1) * (bc - 1) * (ba - 1);
  }
  return p > 0 ? [p, -q] : [-p, q];
}
