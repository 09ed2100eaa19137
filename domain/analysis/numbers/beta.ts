/** The beta distribution: regularised incomplete beta function and its inverse. */

import { logBeta } from './gamma.ts';
import { timesLog } from './logs.ts';

const tiny = 1e-300;

/** I_x(a, b): the probability that a Beta(a, b) variable is at most x, for a, b > 0. */
export function betaCdf(x: number, a: number, b: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast below the mean; above it the other tail is asked.
  if (x > (a + 1) / (a + b + 2)) return 1 - lowerTail(1 - x, b, a);
  return lowerTail(x, a, b);
}

/** The x with I_x(a, b) = p, for 0 ≤ p ≤ 1. */
export function betaQuantile(p: number, a: number, b: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0 || p === 1) return p;
  let low = 0;
  let high = 1;
  let x = a / (a + b);
  for (let step = 0; step < 400; step += 1) {
    const error = betaCdf(x, a, b) - p;
    if (error > 0) high = x;
    else low = x;
    const newton = x - error / Math.exp(logDensity(x, a, b));
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (next === x || Math.abs(next - x) <= 2e-16 * x) return next;
    x = next;
  }
  return x;
}

function logDensity(x: number, a: number, b: number): number {
  return timesLog(a - 1, x) + (b - 1) * Math.log1p(-x) - logBeta(a, b);
}

/** Continued fraction of Abramowitz & Stegun 26.5.8 by the method of Lentz. */
function lowerTail(x: number, a: number, b: number): number {
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b)) / a;
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 100_000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    fraction *= d * c;
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return front * fraction;
}

function nonZero(value: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}
