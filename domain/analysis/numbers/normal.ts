/** The normal distribution: complementary error function, distribution function and quantile. */

const seriesUpTo = 1.5;

/** erfc(x) with small relative error in the upper tail, down to the smallest double. */
export function erfc(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  if (x < 0) return 2 - erfc(-x);
  if (x > 27.5) return 0;
  return x < seriesUpTo ? 1 - erfSeries(x) : erfcFraction(x);
}

/** Φ(z), precise in the lower tail. */
export function normalCdf(z: number): number {
  return 0.5 * erfc(-z / Math.SQRT2);
}

/** Φ⁻¹(p) for 0 ≤ p ≤ 1; ±∞ at the ends. */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0) return Number.NEGATIVE_INFINITY;
  if (p > 0.5) return -normalQuantile(1 - p);
  let z = -roughUpperQuantile(p);
  // Halley's method triples the correct digits; the first guess has three.
  for (let step = 0; step < 3; step += 1) {
    const error = (normalCdf(z) - p) / normalDensity(z);
    z -= error / (1 + (z * error) / 2);
  }
  return z;
}

function normalDensity(z: number): number {
  return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}

/** Abramowitz & Stegun 26.2.23, error below 4.5e-4, for the upper tail p ≤ 0.5. */
function roughUpperQuantile(p: number): number {
  const t = Math.sqrt(-2 * Math.log(p));
  const above = 2.515517 + t * (0.802853 + t * 0.010328);
  const below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  return t - above / below;
}

/** Abramowitz & Stegun 7.1.6: all terms are positive, so nothing cancels. */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; term > sum * 1e-17; n += 1) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** Abramowitz & Stegun 7.1.14 from the far end, where enough terms are known to be enough. */
function erfcFraction(x: number): number {
  let fraction = x;
  for (let n = 120; n >= 1; n -= 1) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
}
