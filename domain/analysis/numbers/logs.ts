/** Sums and powers in logarithms, with the limits at zero filled in. */

/** ln Σ e^v without overflow; −∞ for an empty list. */
export function logSumExp(values: readonly number[]): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of values) largest = Math.max(largest, value);
  if (!Number.isFinite(largest)) return largest;
  let sum = 0;
  for (const value of values) sum += Math.exp(value - largest);
  return largest + Math.log(sum);
}

/** a·ln b, where 0·ln 0 is 0. */
export function timesLog(a: number, b: number): number {
  return a === 0 ? 0 : a * Math.log(b);
}

/** ln(1 + a·x)/a for a > −1/x; x itself in the limit a → 0. */
export function logGrowth(a: number, x: number): number {
  return a === 0 ? x : Math.log1p(a * x) / a;
}

/** (e^(a·x) − 1)/a, the inverse of logGrowth; x itself in the limit a → 0. */
export function expGrowth(a: number, x: number): number {
  return a === 0 ? x : Math.expm1(a * x) / a;
}
