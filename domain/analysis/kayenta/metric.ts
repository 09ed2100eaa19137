/** Kayenta's judge (NetflixACAJudge-v1.0) for one metric: two arms of values, one classification. */

import { normalQuantile } from '../numbers/normal.ts';
import { cles, meanRatio } from './effect-size.ts';
import { isConstant, shiftBetween, type Shift } from './mann-whitney.ts';
import type { KayentaSettings } from './settings.ts';
import { transformArm } from './transform.ts';

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
  if (baseline.length === 0 || canary.length === 0) return withoutData(settings);
  if (isSame(canary, baseline)) return passed(1);
  return isConstant(canary) && isConstant(baseline)
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
function withNoise(constant: readonly number[]): number[] {
  const count = constant.length;
  return constant
    .map((value, index) => {
      return value + normalQuantile((index + 0.625) / (count + 0.25)) * noise * value;
    })
    .sort((a, b) => a - b);
}

function compare(
  canary: readonly number[],
  baseline: readonly number[],
  settings: KayentaSettings,
): MetricJudgement {
  const shift = shiftBetween(canary, baseline, settings.confLevel);
  if (!shift) return { classification: 'Error', critical: false, deviation: Number.NaN };
  const { measure, ...limits } = settings.effectSize;
  const deviation = meanRatio(canary, baseline);
  const effect = measure === 'cles' ? cles(canary, baseline) : deviation;
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
