/** The threshold judge: limits and ratios to stable, with minimum evidence and failures in a row. */

import { describeFinding } from './sentences.ts';
import { combine, isUsable, overflows, requestsOf, valueOf } from './samples.ts';
import type { MetricSpec } from './spec.ts';
import type {
  BakeLimits,
  Finding,
  Judge,
  MetricEvidence,
  MetricObservation,
  Observation,
  Reference,
  Sample,
  Verdict,
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
  lastIndex: number;
  looks: number;
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

/** A judge for these metrics. */
export function thresholdJudge(metrics: readonly MetricSpec[]): Judge<ThresholdState> {
  return {
    start: (reference) => ({
      lastIndex: -1,
      looks: 0,
      metrics: Object.fromEntries(metrics.map((metric) => [metric.name, emptyState()])),
      reference,
    }),
    observe: (state, observation) => observe(metrics, state, observation),
    decide: (state, limits, elapsed) => decide(metrics, state, limits, elapsed),
    evidence: currentEvidence,
    reference: (state) => state.reference,
  };
}

function emptyState(): MetricState {
  return { canary: [], stable: [], breaches: 0, evidence: null };
}

function observe(
  metrics: readonly MetricSpec[],
  state: ThresholdState,
  observation: Observation,
): ThresholdState {
  if (observation.index <= state.lastIndex) return state;
  const next: ThresholdState = {
    lastIndex: observation.index,
    looks: state.looks + 1,
    metrics: {},
    reference: { ...state.reference },
  };
  for (const metric of metrics) {
    const seen = observation.metrics[metric.name] ?? { phase: 'noData', detail: 'not measured' };
    const before = state.metrics[metric.name] ?? emptyState();
    next.metrics[metric.name] = observeMetric(metric, before, seen, next.reference);
  }
  return next;
}

function observeMetric(
  metric: MetricSpec,
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
function valueWithEvidence(metric: MetricSpec, sample: Sample | null): number | null {
  if (!sample) return null;
  const requests = requestsOf(sample);
  if (requests !== null && requests < metric.minRequests) return null;
  return valueOf(sample, quantileFor(metric));
}

function judgeMetric(
  metric: MetricSpec,
  sample: Sample | null,
  stable: number | null,
): MetricEvidence {
  if (!sample) return noEvidence(metric, 'noData', 'the canary has no data yet');
  const requests = requestsOf(sample);
  const canary = valueWithEvidence(metric, sample);
  const bound = boundFor(metric, stable);
  const finding = classify(metric, canary, stable, bound);
  if (finding === 'ok' && overflows(sample, quantileFor(metric))) {
    const detail = 'the quantile lies above the last bound of the histogram, so it is unknown';
    return noEvidence(metric, 'noData', detail);
  }
  const numbers = { metric: metric.name, finding, canary, stable, bound, requests };
  return { ...numbers, sentence: describeFinding(metric, numbers) };
}

/** The lower of the absolute limit and the multiple of stable; null when neither applies. */
function boundFor(metric: MetricSpec, stable: number | null): number | null {
  const bounds = [metric.limit, relativeBound(metric, stable)].filter((bound) => bound != null);
  return bounds.length === 0 ? null : Math.min(...bounds);
}

function relativeBound(metric: MetricSpec, stable: number | null): number | null {
  if (metric.ratioToStable === undefined || stable === null) return null;
  // No error in minRequests requests does not prove a rate of zero: it may be one in so many.
  const base = metric.kind === 'ratio' && stable === 0 ? 1 / metric.minRequests : stable;
  // The same as `ratio * base`, and right for a gauge below zero as well.
  return base + (metric.ratioToStable - 1) * Math.abs(base);
}

function classify(
  metric: MetricSpec,
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

function noEvidence(metric: MetricSpec, finding: Finding, detail: string): MetricEvidence {
  const numbers = { canary: null, stable: null, bound: null, requests: null };
  return { metric: metric.name, finding, ...numbers, sentence: `${metric.name}: ${detail}` };
}

function quantileFor(metric: MetricSpec): number {
  return 'quantile' in metric ? metric.quantile : 0.99;
}

function currentEvidence(state: ThresholdState): MetricEvidence[] {
  return Object.values(state.metrics).flatMap((metric) => metric.evidence ?? []);
}

function decide(
  metrics: readonly MetricSpec[],
  state: ThresholdState,
  limits: BakeLimits,
  elapsed: number,
): Verdict | null {
  const evidence = currentEvidence(state);
  const conclude = (
    verdict: Verdict['verdict'],
    cause: Finding,
    culprit: MetricEvidence | null,
  ) => ({
    verdict,
    cause,
    culprit: culprit?.metric ?? null,
    sentence: culprit?.sentence ?? 'all metrics are within their bounds',
    evidence,
    looks: state.looks,
  });
  const failed = metrics.find((metric) => {
    return (state.metrics[metric.name]?.breaches ?? 0) >= metric.failures;
  });
  if (failed) {
    const culprit = evidence.find((entry) => entry.metric === failed.name) ?? null;
    return conclude('fail', 'breach', culprit);
  }
  if (limits.mode === 'guard') return null;
  const allOk =
    evidence.length === metrics.length && evidence.every(({ finding }) => finding === 'ok');
  if (allOk && metrics.length > 0 && elapsed >= limits.min) return conclude('pass', 'ok', null);
  if (elapsed < limits.max) return null;
  const worst = [...evidence]
    .filter(({ finding }) => finding !== 'ok')
    .sort((a, b) => gravity.indexOf(a.finding) - gravity.indexOf(b.finding))[0];
  return conclude('inconclusive', worst?.finding ?? 'noData', worst ?? null);
}
