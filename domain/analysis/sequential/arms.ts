/** Samples of both arms → the counts that are compared: by stratum, and at a latency bound. */

import { combine, isUsable, requestsOf } from '../samples.ts';
import type { Sample } from '../verdict.ts';
import { slowerThan } from './buckets.ts';
import type { Buckets } from './buckets.ts';
import type { PodCounts } from './calibration.ts';
import type { Arms, Counts, History, MetricInterval, Pair } from './observation.ts';
import type { SequentialMetric } from './settings.ts';

/** Both arms of one stratum, with usable numbers. */
interface CompleteArms {
  canary: Sample;
  baseline: Sample;
}

/** The stratum of a metric that is not divided. */
export const whole = '';

export type Strata = (readonly [name: string, arms: CompleteArms])[];

/** The arms that can be compared, by stratum; a gauge has no strata. */
export function completeArms(metric: SequentialMetric, interval: MetricInterval | null): Strata {
  if (interval === null) return [];
  const divided = 'strata' in interval;
  if (divided && metric.type === 'gauge') return [];
  const strata = divided ? interval.strata : { [whole]: interval };
  return Object.entries(strata).flatMap(([name, arms]): Strata => {
    const complete = completePair(metric, arms);
    return complete ? [[name, complete]] : [];
  });
}

/** Both arms as counts; null when the interval cannot be judged at this bound. */
export function pairsOf(
  metric: SequentialMetric,
  arms: Strata,
  bound: number | null,
): Record<string, Pair> | null {
  const pairs = arms.flatMap(([name, arm]): [string, Pair][] => {
    const canary = countsOf(metric, arm.canary, bound);
    const baseline = countsOf(metric, arm.baseline, bound);
    return canary && baseline ? [[name, { canary, baseline }]] : [];
  });
  return pairs.length > 0 ? Object.fromEntries(pairs) : null;
}

/** The pre-period as counts by pod; pods without usable numbers are left out. */
export function podCounts(
  metric: SequentialMetric,
  history: History,
  bound: number | null,
): PodCounts[] {
  return history.map((interval) => {
    const pods = Object.entries(interval).flatMap(([pod, sample]): [string, Counts][] => {
      const counts = fits(metric, sample) ? countsOf(metric, sample, bound) : null;
      return counts ? [[pod, counts]] : [];
    });
    return Object.fromEntries(pods);
  });
}

/** Histograms added up; those without requests have no say about the layout. */
export function bucketsOf(samples: readonly Sample[]): Buckets {
  const usable = samples.filter((sample) => sample.kind === 'latency' && isUsable(sample));
  const sum = combine(usable.filter((sample) => (requestsOf(sample) ?? 0) > 0));
  return sum?.kind === 'latency' ? sum.buckets : [];
}

export function requestsIn(arms: Strata, arm: 'canary' | 'baseline'): number {
  return arms.reduce((sum, [, pair]) => sum + (requestsOf(pair[arm]) ?? 0), 0);
}

/** −1: fewer, or smaller, is worse. */
export function directionOf(metric: SequentialMetric): 1 | -1 {
  return 'direction' in metric && metric.direction === 'decrease' ? -1 : 1;
}

function completePair(metric: SequentialMetric, { canary, baseline }: Arms): CompleteArms | null {
  if (!canary || !fits(metric, canary)) return null;
  if (baseline && fits(metric, baseline)) return { canary, baseline };
  return metric.type === 'limit' ? { canary, baseline: { kind: 'ratio', bad: 0, total: 0 } } : null;
}

function fits(metric: SequentialMetric, sample: Sample): boolean {
  const kind = metric.type === 'limit' ? 'ratio' : metric.type;
  if (sample.kind !== kind || !isUsable(sample)) return false;
  if (sample.kind === 'ratio') return sample.bad >= 0 && sample.total >= 0;
  return sample.kind === 'gauge' || sample.buckets.every(([, count]) => count >= 0);
}

function countsOf(metric: SequentialMetric, sample: Sample, bound: number | null): Counts | null {
  if (sample.kind === 'latency') return bound === null ? null : slowerThan(sample.buckets, bound);
  if (sample.kind === 'gauge') return null;
  const good = Math.max(0, sample.total - sample.bad);
  return { requests: sample.total, events: directionOf(metric) === 1 ? sample.bad : good };
}
