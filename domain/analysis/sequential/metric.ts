/** One metric of any type: takes intervals in, says what the evidence is (statistics b4, b5, b7). */

import { logSumExp } from '../numbers/logs.ts';
import { bucketsOf, completeArms, directionOf, pairsOf, podCounts, requestsIn } from './arms.ts';
import type { Strata } from './arms.ts';
import { logEvidence } from './bets.ts';
import { pickBounds, slowerThan } from './buckets.ts';
import type { Buckets } from './buckets.ts';
import { observeCounts, startCounts } from './counts.ts';
import type { CountState } from './counts.ts';
import { gaugeEvidence, observeGauge, shiftOf, startGauge } from './gauge.ts';
import type { GaugeState } from './gauge.ts';
import type { History, MetricInterval } from './observation.ts';
import { boundariesOf } from './settings.ts';
import type { LatencyMetric, SequentialMetric, SequentialSettings } from './settings.ts';
import { countStep, newStep } from './step.ts';
import type { StepCount } from './step.ts';
import { poolStrata } from './strata.ts';

export interface MetricState {
  /** One for a ratio or limit, one per bound for latency. Empty until the bounds are known. */
  counts: CountState[];
  /** Bucket bounds in milliseconds, frozen before they are used; null: not yet known. */
  bounds: number[] | null;
  /** Latency of both arms over the whole run, for display and for finding the bounds. */
  buckets: { canary: Buckets; baseline: Buckets };
  gauge: GaugeState | null;
  /** Strata that have their own place, in the order in which they were first seen. */
  strata: string[];
  /** Since the step began. */
  step: StepCount;
}

export function startMetric(
  metric: SequentialMetric,
  history: History,
  settings: SequentialSettings,
): MetricState {
  const state: MetricState = {
    counts: [],
    bounds: null,
    buckets: { canary: [], baseline: [] },
    gauge: metric.type === 'gauge' ? startGauge() : null,
    strata: [],
    step: newStep,
  };
  if (metric.type === 'gauge') return state;
  if (metric.type === 'latency') {
    const reference = bucketsOf(history.flatMap((interval) => Object.values(interval)));
    return freeze(metric, state, pickBounds(metric, reference, true), history, settings);
  }
  return { ...state, counts: [startCounts(podCounts(metric, history, null), settings)] };
}

/** Takes one interval in; null or arms without usable numbers count as missing. */
export function observeMetric(
  metric: SequentialMetric,
  state: MetricState,
  interval: MetricInterval | null,
  settings: SequentialSettings,
): MetricState {
  const arms = completeArms(metric, interval);
  const next = { ...state, step: countStep(state.step, arms) };
  if (metric.type === 'gauge') return observeGaugeArms(metric, next, arms, settings);
  if (metric.type === 'latency') return observeLatency(metric, next, arms, settings);
  return observeProcesses(metric, next, arms, settings);
}

/** ln E of both tests; −∞ is the strongest evidence against. Latency averages FAIL; PASS is its weakest bound. */
export function evidenceOf(
  metric: SequentialMetric,
  state: MetricState,
): { fail: number; pass: number } {
  if (metric.type === 'gauge') {
    const shift = state.gauge && shiftOf(state.gauge, directionOf(metric));
    return {
      fail: gaugeEvidence(shift, metric.tolerance, 'fail'),
      pass: gaugeEvidence(shift, metric.margin, 'pass'),
    };
  }
  const { counts } = state;
  if (counts.length === 0) return { fail: 0, pass: 0 };
  const fail = logSumExp(counts.map((process) => logEvidence(process.fail)));
  const pass = Math.min(...counts.map((process) => logEvidence(process.pass)));
  return { fail: fail - Math.log(counts.length), pass };
}

/** True once every PASS test of the metric has crossed 1/β. */
export function hasPassed(state: MetricState): boolean {
  if (state.gauge) return state.gauge.passed;
  return state.counts.length > 0 && state.counts.every(({ passed }) => passed);
}

function observeProcesses(
  metric: SequentialMetric,
  state: MetricState,
  arms: Strata,
  settings: SequentialSettings,
): MetricState {
  const { strata, arms: pooled } = poolStrata(state.strata, arms);
  const boundaries = boundariesOf(metric);
  const counts = state.counts.map((process, index) => {
    const bound = state.bounds?.[index] ?? null;
    return observeCounts(process, pairsOf(metric, pooled, bound), boundaries, settings);
  });
  return { ...state, strata, counts };
}

function observeLatency(
  metric: LatencyMetric,
  state: MetricState,
  arms: Strata,
  settings: SequentialSettings,
): MetricState {
  const buckets = {
    canary: addBuckets(state.buckets.canary, arms, 'canary'),
    baseline: addBuckets(state.buckets.baseline, arms, 'baseline'),
  };
  const choose = (known: MetricState) => {
    if (known.bounds && !isOfAnotherLayout(known, arms)) return known;
    return freeze(metric, known, pickBounds(metric, buckets.baseline, false), [], settings);
  };
  // A threshold picks its bound from the layout alone. A quantile looks at counts, and counts must
  // not choose how they are judged themselves: what is found now is used from the next interval on.
  if ('threshold' in metric) {
    return observeProcesses(metric, { ...choose(state), buckets }, arms, settings);
  }
  return choose(observeProcesses(metric, { ...state, buckets }, arms, settings));
}

/**
 * Bounds from the past that no histogram has any more, for somebody has changed the buckets since:
 * nothing can be counted at them. Once something was counted they stay, or it would be a second try.
 */
function isOfAnotherLayout({ bounds, counts }: MetricState, arms: Strata): boolean {
  const untouched = counts.every(({ seen }) => seen.canary.requests + seen.baseline.requests === 0);
  const served = arms.filter(([, pair]) => requestsIn([['', pair]], 'baseline') > 0);
  return untouched && served.length > 0 && (bounds ?? []).some((bound) => !isKnown(bound, served));
}

function isKnown(bound: number, arms: Strata): boolean {
  return arms.some(([, { baseline }]) => {
    return baseline.kind === 'latency' && slowerThan(baseline.buckets, bound) !== null;
  });
}

function observeGaugeArms(
  metric: SequentialMetric,
  state: MetricState,
  arms: Strata,
  settings: SequentialSettings,
): MetricState {
  const [, pair] = arms[0] ?? [];
  if (!state.gauge || pair?.canary.kind !== 'gauge' || pair.baseline.kind !== 'gauge') return state;
  const gauge = observeGauge(state.gauge, pair.canary.value, pair.baseline.value);
  const pass = gaugeEvidence(shiftOf(gauge, directionOf(metric)), metric.margin, 'pass');
  const passed = gauge.passed || pass >= -Math.log(settings.missedRegression);
  return { ...state, gauge: { ...gauge, passed } };
}

function freeze(
  metric: LatencyMetric,
  state: MetricState,
  bounds: number[] | null,
  history: History,
  settings: SequentialSettings,
): MetricState {
  if (bounds === null) return state;
  const counts = bounds.map((bound) => startCounts(podCounts(metric, history, bound), settings));
  return { ...state, bounds, counts };
}

function addBuckets(before: Buckets, arms: Strata, arm: 'canary' | 'baseline'): Buckets {
  return bucketsOf([{ kind: 'latency', buckets: before }, ...arms.map(([, pair]) => pair[arm])]);
}
