/** How large a difference is: the ratio of the means, or how often one arm beats the other. */

import { rank } from './mann-whitney.ts';

/** Mean of the canary over that of the baseline; NaN if either is 0. */
export function meanRatio(canary: readonly number[], baseline: readonly number[]): number {
  const above = mean(canary);
  const below = mean(baseline);
  return above === 0 || below === 0 ? Number.NaN : above / below;
}

/**
 * Common language effect size of ascending values: share of pairs in which the canary is higher;
 * ties count half.
 */
export function cles(canary: readonly number[], baseline: readonly number[]): number {
  const m = canary.length;
  const { rankSum } = rank(canary, baseline, 0);
  return (2 * rankSum - m * (m + 1)) / (2 * m * baseline.length);
}

/** Arithmetic mean in two passes: the second takes back what the first lost by rounding. */
function mean(values: readonly number[]): number {
  const first = values.reduce((sum, value) => sum + value, 0) / values.length;
  const rest = values.reduce((sum, value) => sum + (value - first), 0);
  return first + rest / values.length;
}
