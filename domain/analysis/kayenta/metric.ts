/** Kayenta's judge (NetflixACAJudge-v1.0) for one metric: two arms of values, one classification. */

import { normalQuantile } from '../numbers/normal.ts';
import { cles, meanRatio } from './effect-size.ts';
import { isConstant, shiftBetween, type Shift } from './mann-whitney.ts';
import type { KayentaSettings } from './settings.ts';
import { armOf, transformArm, type Arm } from './transform.ts';

export const classifications = [
  'Pass',
  'High',
  'Low',
  'Nodata',
  'NodataFailMetric',
  'Error',
] as const;
export type Classification = (typeof classifications)[number];

export interface MetricJudgement {
  classification: Classification;
  /** True when this metric alone fails the whole analysis. */
  critical: boolean;
  /** Mean of the canary over that of the baseline; NaN where there is none. */
  deviation: number;
}

/** Relative standard deviation of the noise that Kayenta adds when each arm is one constant. */
const noise = 1e-5;

/** Judges the canary (`experiment`) against the baseline (`control`); NaN is a missing value. */
export function judgeMetric(
  control: readonly number[],
  experiment: readonly number[],
  settings: KayentaSettings,
): MetricJudgement {
  const baseline = transformArm(control, settings);
  const canary = transformArm(experiment, settings);
  if (baseline.values.length === 0 || canary.values.length === 0) return withoutData(settings);
  if (isSame(canary.ranked, baseline.ranked)) return passed(1);
  return isConstant(canary.ranked) && isConstant(baseline.ranked)
    ? compare(withNoise(canary), withNoise(baseline), settings)
    : compare(canary, baseline, settings);
}

function withoutData({ nanStrategy, critical, mustHaveData }: KayentaSettings): MetricJudgement {
  if (nanStrategy === 'replace') return passed(1);
  if (mustHaveData && !critical) {
    return { classification: 'NodataFailMetric', critical: false, deviation: 1 };
  }
  return { classification: 'Nodata', critical, deviation: 1 };
}

/** The same values as often, or one and the same value in both arms however often. */
function isSame(a: readonly number[], b: readonly number[]): boolean {
  if (isConstant(a) && isConstant(b)) return a[0] === b[0];
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

function passed(deviation: number): MetricJudgement {
  return { classification: 'Pass', critical: false, deviation };
}

/**
 * Where Kayenta draws Gaussian noise, this takes the values such a draw has on average (Blom's
 * normal scores), so that the same numbers always get the same judgement.
 */
function withNoise({ values }: Arm): Arm {
  const count = values.length;
  const scores = values.map((_, index) => normalQuantile((index + 0.625) / (count + 0.25)));
  return armOf(values.map((value, index) => value + (scores[index] ?? 0) * noise * value));
}

function compare(canary: Arm, baseline: Arm, settings: KayentaSettings): MetricJudgement {
  const shift = shiftBetween(canary.ranked, baseline.ranked, settings.confLevel);
  if (!shift) return { classification: 'Error', critical: false, deviation: Number.NaN };
  const { measure, ...limits } = settings.effectSize;
  const deviation = meanRatio(canary.values, baseline.values);
  const effect = measure === 'cles' ? cles(canary.ranked, baseline.ranked) : deviation;
  // An effect that cannot be computed excuses nothing.
  const atLeast = (limit: number) => Number.isNaN(effect) || effect >= limit;
  const atMost = (limit: number) => Number.isNaN(effect) || effect <= limit;
  if (isAbove(shift, settings) && atLeast(limits.allowedIncrease)) {
    const critical = settings.critical && atLeast(limits.criticalIncrease);
    return { classification: 'High', critical, deviation };
  }
  if (isBelow(shift, settings) && atMost(limits.allowedDecrease)) {
    const critical = settings.critical && atMost(limits.criticalDecrease);
    return { classification: 'Low', critical, deviation };
  }
  return passed(deviation);
}

// The tolerance is a share of the estimated shift itself, not of the baseline: Kayenta's rule.
function isAbove({ lower, estimate }: Shift, { direction, tolerance }: KayentaSettings): boolean {
  return direction !== 'decrease' && lower > tolerance * Math.abs(estimate);
}

function isBelow({ upper, estimate }: Shift, { direction, tolerance }: KayentaSettings): boolean {
  return direction !== 'increase' && upper < -tolerance * Math.abs(estimate);
}
