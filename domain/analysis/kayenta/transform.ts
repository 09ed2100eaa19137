/** What happens to an arm's values before they are compared: missing values and outliers. */

import type { KayentaSettings } from './settings.ts';

/** The values that are compared, in ascending order; NaN stands for a missing value. */
export function transformArm(
  values: readonly number[],
  { nanStrategy, outliers }: Pick<KayentaSettings, 'nanStrategy' | 'outliers'>,
): number[] {
  const present =
    nanStrategy === 'remove'
      ? values.filter((value) => !Number.isNaN(value))
      : values.map((value) => (Number.isNaN(value) ? 0 : value));
  const sorted = present.toSorted((a, b) => a - b);
  return outliers.strategy === 'remove' ? withoutOutliers(sorted, outliers.outlierFactor) : sorted;
}

/** Drops what lies outside the fences, which never come closer than the 1st and 99th percentile. */
function withoutOutliers(sorted: readonly number[], factor: number): number[] {
  const lowerQuartile = percentile(sorted, 25);
  const upperQuartile = percentile(sorted, 75);
  const reach = factor * (upperQuartile - lowerQuartile);
  const lowest = Math.min(percentile(sorted, 1), lowerQuartile - reach);
  const highest = Math.max(percentile(sorted, 99), upperQuartile + reach);
  return sorted.filter((value) => value >= lowest && value <= highest);
}

/**
 * Percentile by linear interpolation (R-7, the default of R and NumPy) of values in ascending
 * order, for 0 ≤ percent ≤ 100; NaN without values.
 */
export function percentile(sorted: readonly number[], percent: number): number {
  // Counted from 1, as Kayenta's library does: the last digits of the result depend on it.
  const position = 1 + (sorted.length - 1) * (percent / 100);
  const below = sorted[Math.floor(position) - 1] ?? Number.NaN;
  const above = sorted[Math.floor(position)] ?? below;
  return below + (position - Math.floor(position)) * (above - below);
}
