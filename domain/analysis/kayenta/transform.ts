/** What happens to an arm's values before they are compared: missing values and outliers. */

import type { KayentaSettings } from './settings.ts';

/** One arm's values, ready to be compared. */
export interface Arm {
  /** In the order in which they were measured: the last digit of a mean depends on it. */
  values: readonly number[];
  /** The same in ascending order. */
  ranked: readonly number[];
}

/** The values that are compared; NaN stands for a missing value. */
export function transformArm(
  values: readonly number[],
  { nanStrategy, outliers }: Pick<KayentaSettings, 'nanStrategy' | 'outliers'>,
): Arm {
  const present =
    nanStrategy === 'remove'
      ? values.filter((value) => !Number.isNaN(value))
      : values.map((value) => (Number.isNaN(value) ? 0 : value));
  if (outliers.strategy === 'keep') return armOf(present);
  const isInside = fences(armOf(present).ranked, outliers.outlierFactor);
  return armOf(present.filter((value) => isInside(value)));
}

export function armOf(values: readonly number[]): Arm {
  return { values, ranked: values.toSorted((a, b) => a - b) };
}

/** Whether a value is no outlier; what lies between the 1st and 99th percentile never is one. */
function fences(ranked: readonly number[], factor: number): (value: number) => boolean {
  const lowerQuartile = percentile(ranked, 25);
  const upperQuartile = percentile(ranked, 75);
  const reach = factor * (upperQuartile - lowerQuartile);
  const lowest = Math.min(percentile(ranked, 1), lowerQuartile - reach);
  const highest = Math.max(percentile(ranked, 99), upperQuartile + reach);
  return (value) => value >= lowest && value <= highest;
}

/**
 * Percentile by linear interpolation (R-7, the default of R and NumPy) of values in ascending
 * order, for 0 ≤ percent ≤ 100; NaN without values.
 */
export function percentile(ranked: readonly number[], percent: number): number {
  // Counted from 1, as Kayenta's library does: the last digits of the result depend on it.
  const position = 1 + (ranked.length - 1) * (percent / 100);
  const below = ranked[Math.floor(position) - 1] ?? Number.NaN;
  const above = ranked[Math.floor(position)] ?? below;
  return below + (position - Math.floor(position)) * (above - below);
}
