/** Logarithms of the gamma and beta functions. */

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);
/** Stirling's series is exact to double precision from here on. */
const stirlingFrom = 10;

/** ln Γ(x) for x > 0; absolute error about 1e-14 for small x, relative 1e-15 for large x. */
export function logGamma(x: number): number {
  if (!(x > 0)) return Number.NaN;
  let product = 1;
  let z = x;
  while (z < stirlingFrom) {
    product *= z;
    z += 1;
  }
  return (z - 0.5) * Math.log(z) - z + halfLogTwoPi + stirlingCorrection(z) - Math.log(product);
}

/**
 * ln B(a, b) for a, b > 0. Large arguments are combined before logarithms are taken, because the
 * difference of three large ln Γ would leave no digits.
 */
export function logBeta(a: number, b: number): number {
  const p = Math.min(a, b);
  const q = Math.max(a, b);
  if (q < stirlingFrom) return logGamma(p) + logGamma(q) - logGamma(p + q);
  const tail = stirlingCorrection(q) - stirlingCorrection(p + q);
  const share = p / (p + q);
  if (p < stirlingFrom) {
    return logGamma(p) + tail + p - p * Math.log(p + q) + (q - 0.5) * Math.log1p(-share);
  }
  const correction = stirlingCorrection(p) + tail;
  return (
    halfLogTwoPi -
    0.5 * Math.log(q) +
    correction +
    (p - 0.5) * Math.log(share) +
    q * Math.log1p(-share)
  );
}

/** ln Γ(x) minus Stirling's formula, for x ≥ 10 (Abramowitz & Stegun 6.1.41). */
function stirlingCorrection(x: number): number {
  const s = 1 / (x * x);
  const series =
    1 / 12 -
    s *
      (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s * (1 / 1188 - s * (691 / 360_360 - s / 156)))));
  return series / x;
}
