/** The Mann–Whitney test as an interval: by how much one arm lies above the other. */

import { normalQuantile } from '../numbers/normal.ts';
import { brentRoot } from './brent.ts';

/** Estimated shift of the first arm against the second, with its confidence interval. */
export interface Shift {
  lower: number;
  upper: number;
  estimate: number;
}

/**
 * The shift of `x` against `y`, both ascending and not empty, at `confidence` between 0 and 1.
 * @returns null when each arm has only one value: every observation is tied, nothing can be told
 */
export function shiftBetween(
  x: readonly number[],
  y: readonly number[],
  confidence: number,
): Shift | null {
  if (isConstant(x) && isConstant(y)) return null;
  const least = (x[0] ?? 0) - (y.at(-1) ?? 0);
  const most = (x.at(-1) ?? 0) - (y[0] ?? 0);
  const z = normalQuantile((1 - confidence) / 2);
  const crossing = (quantile: number) => {
    const left = { at: least, value: standardised(x, y, least) - quantile };
    const right = { at: most, value: standardised(x, y, most) - quantile };
    const root = () => brentRoot((shift) => standardised(x, y, shift) - quantile, left, right);
    return { left, right, root };
  };
  const bound = (quantile: number) => {
    const { left, right, root } = crossing(quantile);
    if (left.value <= 0) return least;
    return right.value >= 0 ? most : root();
  };
  return { lower: bound(-z), upper: bound(z), estimate: crossing(0).root() };
}

/** W(shift): the rank sum of x − shift, in standard deviations, with continuity correction. */
export function standardised(x: readonly number[], y: readonly number[], shift: number): number {
  const m = x.length;
  const n = y.length;
  const { rankSum, ties } = rank(x, y, shift);
  const difference = rankSum - (m * (m + 1)) / 2 - (m * n) / 2;
  const correction = 0.5 * Math.sign(difference);
  const variance = ((m * n) / 12) * (m + n + 1 - ties / ((m + n) * (m + n - 1)));
  return (difference - correction) / Math.sqrt(variance);
}

/**
 * Sum of the ranks of x − shift among all values, ties sharing their average rank; and Σ(t³ − t)
 * over groups of t ties. Both arms ascending.
 */
export function rank(x: readonly number[], y: readonly number[], shift: number) {
  let rankSum = 0;
  let ties = 0;
  let i = 0;
  let j = 0;
  while (i < x.length || j < y.length) {
    const fromX = i < x.length ? (x[i] ?? 0) - shift : Infinity;
    const value = Math.min(fromX, y[j] ?? Infinity);
    const before = i + j;
    const firstX = i;
    while (i < x.length && (x[i] ?? 0) - shift === value) i += 1;
    while (j < y.length && y[j] === value) j += 1;
    const tied = i + j - before;
    rankSum += (i - firstX) * (before + (tied + 1) / 2);
    ties += tied ** 3 - tied;
  }
  return { rankSum, ties };
}

/** Whether values in ascending order are all the same. */
export function isConstant(sorted: readonly number[]): boolean {
  return sorted[0] === sorted.at(-1);
}
