/** The threshold method with bounds: limits and ratios to stable, minimum evidence, failures in a row. */

import { describeFinding } from './sentences.ts';
import { combine, isUsable, overflows, requestsOf, valueOf } from './samples.ts';
import type { BoundMetricSpec } from './metric-spec.ts';
import type { JudgePart, Standing } from './part.ts';
import type {
  Finding,
  MetricEvidence,
  MetricObservation,
  Observation,
  Reference,
  Sample,
} from './verdict.ts';

interface MetricState {
  canary: Sample[];
  stable: Sample[];
  /** Breaches in a row; intervals without evidence neither count nor reset. */
  breaches: number;
  evidence: MetricEvidence | null;
}

/** JSON through and through: it travels in heartbeats. */
export interface ThresholdState {
  metrics: Record<string, MetricState>;
  reference: Reference;
}

/** Causes in the order in which they explain why there is no verdict. */
const gravity: Finding[] = [
  'breach',
  'providerError',
  'noData',
  'sickBaseline',
  'tooLittleTraffic',
];

/** The part of the judge that these metrics need. */
export function thresholdPart(metrics: readonly BoundMetricSpec[]): JudgePart<ThresholdState> {
  return {
    start: (memory) => ({
      metrics: Object.fromEntries(metrics.map((metric) => [metric.name, emptyState()])),
      reference: (memory['reference'] ?? {}) as Reference,
    }),
    observe: (state, observation) => observe(metrics, state, observation),
    standing: (state) => standing(metrics, state),
    evidence: currentEvidence,
    remember: (state) => ({ reference: state.reference }),
  };
}

function emptyState(): MetricState {
  return { canary: [], stable: [], breaches: 0, evidence: null };
}

function observe(
  metrics: readonly BoundMetricSpec[],
  state: ThresholdState,
  observation: Observation,
): ThresholdState {
  const next: ThresholdState = { metrics: {}, reference: { ...state.reference } };
  for (const metric of metrics) {
    const seen = observation.metrics[metric.name] ?? { phase: 'noData', detail: 'not measured' };
    const before = state.metrics[metric.name] ?? emptyState();
    next.metrics[metric.name] = observeMetric(metric, before, seen, next.reference);
  }
  return next;
}

function observeMetric(
  metric: BoundMetricSpec,
  before: MetricState,
  seen: MetricObservation,
  reference: Reference,
): MetricState {
  if (seen.phase !== 'measured') {
    return { ...before, evidence: noEvidence(metric, seen.phase, seen.detail) };
  }
  const stable = slide(before.stable, seen.stable, metric.window);
  if (seen.canary === null || !isUsable(seen.canary)) {
    const detail = seen.canary ? 'the answer holds no usable number' : 'the canary has no data';
    return { ...before, stable, evidence: noEvidence(metric, 'noData', detail) };
  }
  const canary = slide(before.canary, seen.canary, metric.window);
  const stableValue = valueWithEvidence(metric, combine(stable));
  if (stableValue !== null) reference[metric.name] = stableValue;
  const evidence = judgeMetric(metric, combine(canary), reference[metric.name] ?? null);
  const breaches =
    evidence.finding === 'breach'
      ? before.breaches + 1
      : evidence.finding === 'ok'
        ? 0
        : before.breaches;
  return { canary, stable, breaches, evidence };
}

function slide(window: Sample[], sample: Sample | null, size: number): Sample[] {
  return sample && isUsable(sample) ? [...window, sample].slice(-size) : window;
}

/** The sample's value when it rests on enough requests. */
function valueWithEvidence(metric: BoundMetricSpec, sample: Sample | null): number | null {
  if (!sample) return null;
  const requests = requestsOf(sample);
  if (requests !== null && requests < metric.minRequests) return null;
  return valueOf(sample, metric.quantile);
}

function judgeMetric(
  metric: BoundMetricSpec,
  sample: Sample | null,
  stable: number | null,
): MetricEvidence {
  if (!sample) return noEvidence(metric, 'noData', 'the canary has no data yet');
  const requests = requestsOf(sample);
  const canary = valueWithEvidence(metric, sample);
  const bound = boundFor(metric, stable);
  const finding = classify(metric, canary, stable, bound);
  if (finding === 'ok' && overflows(sample, metric.quantile)) {
    const detail = 'the quantile lies above the last bound of the histogram, so it is unknown';
    return noEvidence(metric, 'noData', detail);
  }
  const numbers = { metric: metric.name, finding, canary, stable, bound, requests };
  return { ...numbers, sentence: describeFinding(metric, numbers) };
}

/** The lower of the absolute limit and the multiple of stable; null when neither applies. */
function boundFor(metric: BoundMetricSpec, stable: number | null): number | null {
  const bounds = [metric.limit, relativeBound(metric, stable)].filter((bound) => bound != null);
  return bounds.length === 0 ? null : Math.min(...bounds);
}

function relativeBound(metric: BoundMetricSpec, stable: number | null): number | null {
  if (metric.ratioToStable === undefined || stable === null) return null;
  // No error in minRequests requests does not prove a rate of zero: it may be one in so many.
  const base = metric.kind === 'ratio' && stable === 0 ? 1 / metric.minRequests : stable;
  // The same as `ratio * base`, and right for a gauge below zero as well.
  return base + (metric.ratioToStable - 1) * Math.abs(base);
}

function classify(
  metric: BoundMetricSpec,
  canary: number | null,
  stable: number | null,
  bound: number | null,
): Finding {
  if (canary === null || bound === null) return 'tooLittleTraffic';
  const baselineSick = metric.limit !== undefined && stable !== null && stable > metric.limit;
  if (!baselineSick && canary > bound) return 'breach';
  // Within the limit, but what `ratioToStable` asks cannot be told without a stable value.
  if (metric.ratioToStable !== undefined && stable === null) return 'tooLittleTraffic';
  if (!baselineSick) return 'ok';
  // Both are above the limit: the canary is to blame only for being worse than stable by the ratio.
  const ratioBound = relativeBound(metric, stable);
  return ratioBound !== null && canary > ratioBound ? 'breach' : 'sickBaseline';
}

function noEvidence(metric: BoundMetricSpec, finding: Finding, detail: string): MetricEvidence {
  const numbers = { canary: null, stable: null, bound: null, requests: null };
  return { metric: metric.name, finding, ...numbers, sentence: `${metric.name}: ${detail}` };
}

function currentEvidence(state: ThresholdState): MetricEvidence[] {
  return Object.values(state.metrics).flatMap((metric) => metric.evidence ?? []);
}

function standing(metrics: readonly BoundMetricSpec[], state: ThresholdState): Standing {
  const evidence = currentEvidence(state);
  const failed = metrics.find((metric) => {
    return (state.metrics[metric.name]?.breaches ?? 0) >= metric.failures;
  });
  if (failed) {
    const culprit = evidence.find((entry) => entry.metric === failed.name);
    const sentence = culprit?.sentence ?? failed.name;
    return { state: 'failed', culprit: failed.name, sentence };
  }
  const notOk = evidence.filter(({ finding }) => finding !== 'ok');
  if (notOk.length === 0 && evidence.length === metrics.length) return { state: 'passed' };
  const [worst] = notOk.sort((a, b) => gravity.indexOf(a.finding) - gravity.indexOf(b.finding));
  const cause = worst?.finding ?? 'noData';
  const insufficient = cause === 'noData' || cause === 'tooLittleTraffic';
  return {
    state: 'open',
    verdict: insufficient ? 'insufficient_data' : 'inconclusive',
    cause,
    culprit: worst?.metric ?? null,
    sentence: worst?.sentence ?? 'nothing was measured',
  };
}
