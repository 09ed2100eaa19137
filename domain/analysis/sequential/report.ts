/** What one metric shows, for people: rates with intervals, requests seen and needed, noise. */

import { quantileOf } from '../samples.ts';
import type { Estimate } from '../verdict.ts';
import { directionOf } from './arms.ts';
import type { Buckets } from './buckets.ts';
import type { CountState } from './counts.ts';
import { gaugeInterval, shiftOf } from './gauge.ts';
import { quantileInterval, ratioInterval, shareInterval } from './intervals.ts';
import type { Interval } from './intervals.ts';
import { evidenceOf, hasPassed } from './metric.ts';
import type { MetricState } from './metric.ts';
import type { Counts } from './observation.ts';
import { metricNeeds } from './planning.ts';
import { rateOf } from './rate-bound.ts';
import type { SequentialMetric, SequentialSettings } from './settings.ts';

export interface MetricReport {
  name: string;
  type: SequentialMetric['type'];
  /** Of `canary` and `baseline`: a share of requests, or milliseconds of a latency quantile. */
  unit: 'share' | 'ms' | null;
  /** Null for a gauge, of which only the change is followed. */
  canary: Estimate | null;
  baseline: Estimate | null;
  /** Canary / baseline. */
  ratio: Estimate | null;
  logEvidence: { fail: number; pass: number };
  passed: boolean;
  /** Canary requests (points of a gauge) so far, and about how many more each decision needs. */
  seen: number;
  moreToFail: number | null;
  moreToPass: number | null;
  /** τ² of both arms; `calibrated` false: no history told how noisy the metric is. */
  noise: { canary: number; baseline: number; calibrated: boolean } | null;
  /** Bucket bounds that are watched, in milliseconds. */
  bounds: number[];
}

export function reportMetric(
  metric: SequentialMetric,
  state: MetricState,
  settings: SequentialSettings,
): MetricReport {
  const { seen, needs } = metricNeeds(metric, state, settings);
  const passed = hasPassed(state);
  const [process] = state.counts;
  return {
    name: metric.name,
    type: metric.type,
    ...values(metric, state, settings.falseAlarm),
    logEvidence: evidenceOf(metric, state),
    passed,
    seen,
    moreToFail: more(needs.fail, seen),
    moreToPass: passed ? 0 : more(needs.pass, seen),
    noise: process?.noise ?? null,
    bounds: state.bounds ?? [],
  };
}

function values(metric: SequentialMetric, state: MetricState, alpha: number) {
  const [process] = state.counts;
  if (metric.type === 'gauge' || !process) {
    const ratio = state.gauge ? gaugeRatio(metric, state, alpha) : null;
    return { unit: null, canary: null, baseline: null, ratio };
  }
  const ratio = ratioEstimate(process, alpha);
  if ('quantile' in metric) {
    const { canary, baseline } = state.buckets;
    const estimate = (buckets: Buckets) => latencyEstimate(buckets, metric.quantile, alpha);
    return { unit: 'ms' as const, canary: estimate(canary), baseline: estimate(baseline), ratio };
  }
  const { canary, baseline } = process.seen;
  const share = (counts: Counts) => shareEstimate(counts, alpha);
  return { unit: 'share' as const, canary: share(canary), baseline: share(baseline), ratio };
}

function more(needed: number, seen: number): number | null {
  return Number.isFinite(needed) ? Math.max(0, Math.ceil(needed - seen)) : null;
}

function estimate(value: number | null, [low, high]: Interval): Estimate {
  return { value, low, high };
}

function shareEstimate(counts: Counts, alpha: number): Estimate {
  return estimate(counts.requests > 0 ? rateOf(counts) : null, shareInterval(counts, alpha));
}

function latencyEstimate(buckets: Buckets, quantile: number, alpha: number): Estimate {
  return estimate(quantileOf(buckets, quantile), quantileInterval(buckets, quantile, alpha));
}

/** Overdispersion widens the interval as it weakens the evidence. */
function ratioEstimate(process: CountState, alpha: number): Estimate {
  const { canary, baseline } = process.seen;
  const perInterval = canary.events / Math.max(1, process.fail.rounds);
  const dispersion = 1 + process.noise.canary * perInterval;
  const value = rateOf(baseline) > 0 ? rateOf(canary) / rateOf(baseline) : null;
  return estimate(value, ratioInterval(process.groups, alpha, dispersion));
}

function gaugeRatio(metric: SequentialMetric, state: MetricState, alpha: number): Estimate | null {
  const direction = directionOf(metric);
  const shift = state.gauge && shiftOf(state.gauge, direction);
  if (!shift) return null;
  const back = (x: number) => (shift.logarithmic ? Math.exp(direction * x) : 1 + direction * x);
  const [one, other] = (gaugeInterval(shift, alpha) ?? []).map(back);
  const value = back(shift.mean);
  if (one === undefined || other === undefined) return { value, low: null, high: null };
  return { value, low: Math.min(one, other), high: Math.max(one, other) };
}
