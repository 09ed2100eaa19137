/** Gauges: a scale-invariant t mixture on log differences (statistics b5; Wang & Ramdas, 2310.03722). */

import type { Worse } from './settings.ts';

/** Below this many points the correction for autocorrelation cannot be trusted. */
export const fewestPoints = 18;
const priorWeight = 0.1; // g
const mostCorrelation = 0.95;

/** Sums of differences; all but `first` are counted from the first one, so that little cancels. */
interface Differences {
  points: number;
  first: number;
  last: number;
  sum: number;
  squares: number;
  /** Σ of products of neighbours. */
  products: number;
}

export interface GaugeState {
  /** ln canary − ln baseline; null once a value was not positive. */
  logs: Differences | null;
  /** canary − baseline, for when there are no logarithms. */
  plain: Differences;
  baselineSum: number;
  /** Latched: PASS was once at or above 1/β. */
  passed: boolean;
}

const noDifferences: Differences = {
  points: 0,
  first: 0,
  last: 0,
  sum: 0,
  squares: 0,
  products: 0,
};

export function startGauge(): GaugeState {
  return { logs: noDifferences, plain: noDifferences, baselineSum: 0, passed: false };
}

export function observeGauge(state: GaugeState, canary: number, baseline: number): GaugeState {
  const positive = canary > 0 && baseline > 0;
  return {
    ...state,
    logs: state.logs && positive ? add(state.logs, Math.log(canary) - Math.log(baseline)) : null,
    plain: add(state.plain, canary - baseline),
    baselineSum: state.baselineSum + baseline,
  };
}

/** How far the canary is above the baseline: estimate, its standard error, and degrees of freedom. */
interface Shift {
  points: number;
  /** ln(canary/baseline), or the relative difference when values were not positive. */
  mean: number;
  error: number;
  /** n_e after correction for autocorrelation. */
  effective: number;
  logarithmic: boolean;
}

/** Null while there is nothing to compare. `direction` −1: smaller is worse. */
export function shiftOf(state: GaugeState, direction: 1 | -1): Shift | null {
  const logarithmic = state.logs !== null;
  const sums = state.logs ?? state.plain;
  const { points } = sums;
  if (points < 2) return null;
  const unit = logarithmic ? 1 : Math.abs(state.baselineSum / points);
  if (unit === 0) return null;
  const centre = sums.sum / points;
  const spread = Math.max(0, sums.squares - points * centre * centre);
  const lagged = sums.products - centre * (2 * sums.sum - sums.last) + (points - 1) * centre ** 2;
  const r1 = spread > 0 ? lagged / spread : 0;
  const r = Math.min(mostCorrelation, Math.max(0, r1 + (1 + 3 * r1) / points));
  const effective = (points * (1 - r)) / (1 + r);
  const deviation = Math.sqrt(spread / (points - 1)) / unit;
  const mean = (direction * (sums.first + centre)) / unit;
  return { points, mean, error: deviation / Math.sqrt(effective), effective, logarithmic };
}

/** ln E that the shift lies above (FAIL) or below (PASS) the boundary; −∞ when it lies on the other side. */
export function gaugeEvidence(shift: Shift | null, worse: Worse, side: 'fail' | 'pass'): number {
  if (!shift || shift.points < fewestPoints || shift.effective <= 2) return 0;
  const boundary = shift.logarithmic ? Math.log1p(worse.relative) : worse.relative;
  const distance = (shift.mean - boundary) * (side === 'fail' ? 1 : -1);
  if (!(distance > 0)) return Number.NEGATIVE_INFINITY;
  const freedom = shift.effective - 1; // ν
  const k = 1 + shift.effective * priorWeight;
  // Divided by T² on both sides, so that differences without any spread (T = ∞) have their limit.
  const inverse = (shift.error / distance) ** 2;
  const gain = Math.log1p(freedom * inverse) - Math.log(1 / k + freedom * inverse);
  return -0.5 * Math.log(k) + ((freedom + 1) / 2) * gain;
}

/** Interval of the shift that holds at all looks with probability 1 − α; null while it is infinite. */
export function gaugeInterval(shift: Shift | null, alpha: number): [number, number] | null {
  if (!shift || shift.points < fewestPoints || shift.effective <= 2) return null;
  const freedom = shift.effective - 1;
  const k = 1 + shift.effective * priorWeight;
  const reach = Math.exp((2 / (freedom + 1)) * (0.5 * Math.log(k) - Math.log(alpha))); // R
  if (reach >= k) return null;
  const half = shift.error * Math.sqrt((freedom * (reach - 1)) / (1 - reach / k));
  return [shift.mean - half, shift.mean + half];
}

function add(sums: Differences, value: number): Differences {
  if (sums.points === 0) return { ...noDifferences, points: 1, first: value };
  const centred = value - sums.first;
  return {
    points: sums.points + 1,
    first: sums.first,
    last: centred,
    sum: sums.sum + centred,
    squares: sums.squares + centred * centred,
    products: sums.products + centred * sums.last,
  };
}
