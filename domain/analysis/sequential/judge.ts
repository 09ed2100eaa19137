/** The sequential judge: its error rates hold however often one looks (statistics b6, b9, b10). */

import { combinedEvidence, decide, failThreshold } from './decide.ts';
import { observeMetric, startMetric } from './metric.ts';
import type { MetricState } from './metric.ts';
import type { History, SequentialObservation } from './observation.ts';
import { reportMetric } from './report.ts';
import type { MetricReport } from './report.ts';
import type { SequentialMetric, SequentialSettings } from './settings.ts';
import { observeSplit, startSplit } from './split.ts';
import type { SplitState } from './split.ts';
import type { SequentialState, SequentialVerdict } from './state.ts';
import { newStep } from './step.ts';

/** The pre-period of each metric, by its name. */
type Histories = Readonly<Record<string, History>>;

export interface SequentialJudge {
  /** Calibrates on the pre-period; metrics without one are judged without knowing their noise. */
  start(history?: Histories): SequentialState;
  /** Takes one interval in. Intervals seen before, and those of the warm-up, are no evidence. */
  observe(state: SequentialState, observation: SequentialObservation): SequentialState;
  /** A new weight: evidence and its budget go on; indices, warm-up and least traffic begin again. */
  nextStep(state: SequentialState): SequentialState;
  /** The verdict `elapsed` milliseconds after the step began. */
  decide(state: SequentialState, elapsed: number): SequentialVerdict;
  /** What each metric shows to people: rates, intervals, requests seen and needed, noise. */
  report(state: SequentialState): MetricReport[];
}

/** A judge for these metrics; their names differ, their weights are above 0. */
export function sequentialJudge(
  asked: readonly SequentialMetric[],
  settings: SequentialSettings,
): SequentialJudge {
  // Sums are taken in the order of names, so that the order of the specification changes no digit.
  const metrics = [...asked].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    start: (history = {}) => start(metrics, history, settings),
    observe: (state, observation) => observe(metrics, state, observation, settings),
    nextStep,
    decide: (state, elapsed) => decide(metrics, state, elapsed, settings),
    report: (state) =>
      metrics.flatMap((metric) => {
        const own = state.metrics[metric.name];
        return own ? reportMetric(metric, own, settings) : [];
      }),
  };
}

function start(
  metrics: readonly SequentialMetric[],
  history: Histories,
  settings: SequentialSettings,
): SequentialState {
  const started = metrics.map((metric) => {
    return [metric.name, startMetric(metric, history[metric.name] ?? [], settings)];
  });
  return {
    lastIndex: -1,
    looks: 0,
    metrics: Object.fromEntries(started),
    split: startSplit(),
    failed: null,
  };
}

function nextStep(state: SequentialState): SequentialState {
  const metrics = Object.entries(state.metrics).map(([name, metric]) => {
    return [name, { ...metric, step: newStep }];
  });
  return { ...state, lastIndex: -1, metrics: Object.fromEntries(metrics) };
}

function observe(
  metrics: readonly SequentialMetric[],
  state: SequentialState,
  observation: SequentialObservation,
  settings: SequentialSettings,
): SequentialState {
  const { index } = observation;
  if (index <= state.lastIndex) return state;
  // By the clock, never by the values: dropping what looks odd would bias the evidence.
  if (index * settings.interval < settings.warmUp) return { ...state, lastIndex: index };

  const observed = metrics.flatMap((metric): [string, MetricState][] => {
    const before = state.metrics[metric.name];
    const seen = observation.metrics[metric.name] ?? null;
    if (before && observation.unanswered?.includes(metric.name)) return [[metric.name, before]];
    return before ? [[metric.name, observeMetric(metric, before, seen, settings)]] : [];
  });
  const next: SequentialState = {
    ...state,
    lastIndex: index,
    looks: state.looks + 1,
    metrics: Object.fromEntries(observed),
  };
  next.split = nextSplit(metrics, state, next, observation.share ?? null, settings);
  const { log, leader } = combinedEvidence(metrics, next);
  if (!next.failed && log >= failThreshold(settings)) {
    next.failed = { look: next.looks, culprit: leader };
  }
  return next;
}

/** The first metric that counts both arms stands for the traffic. */
function nextSplit(
  metrics: readonly SequentialMetric[],
  before: SequentialState,
  after: SequentialState,
  share: number | null,
  settings: SequentialSettings,
): SplitState {
  const counted = metrics.find(({ type }) => type === 'ratio' || type === 'latency');
  if (!settings.trafficSplit || !counted) return before.split;
  const old = before.metrics[counted.name]?.step ?? newStep;
  const now = after.metrics[counted.name]?.step ?? newStep;
  const requests = { canary: now.canary - old.canary, baseline: now.baseline - old.baseline };
  return observeSplit(before.split, share, requests, settings.trafficSplit);
}
