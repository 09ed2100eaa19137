/** The threshold method with conditions: phases of single values, counted against their limits. */

import type { ConditionMetricSpec } from '../metric-spec.ts';
import type { JudgePart, Standing } from '../part.ts';
import { valueOf } from '../samples.ts';
import type { MetricEvidence, MetricObservation, Observation } from '../verdict.ts';
import { conclude, decide, noMeasurements, tally, type Measurement, type Tally } from './limits.ts';

interface ConditionState {
  tally: Tally;
  /** Epoch milliseconds from which on values count; null before the first look. */
  from: number | null;
  last: MetricObservation | null;
}

/** By metric; JSON through and through. */
export type ConditionsState = Record<string, ConditionState>;

export function conditionsPart(
  metrics: readonly ConditionMetricSpec[],
): JudgePart<ConditionsState> {
  return {
    start: () =>
      Object.fromEntries(
        metrics.map(({ name }) => [name, { tally: noMeasurements, from: null, last: null }]),
      ),
    observe: (state, observation) =>
      Object.fromEntries(
        metrics.map((metric) => [metric.name, observe(metric, state[metric.name], observation)]),
      ),
    standing: (state) => standing(metrics, state),
    evidence: (state) =>
      metrics.flatMap((metric) => {
        const own = state[metric.name];
        return own?.last ? [evidenceOf(metric, own)] : [];
      }),
    remember: () => ({}),
  };
}

function observe(
  metric: ConditionMetricSpec,
  before: ConditionState | undefined,
  { at, metrics }: Observation,
): ConditionState {
  const { tally: counted = noMeasurements, from = null } = before ?? {};
  const last = metrics[metric.name] ?? { phase: 'noData', detail: 'not measured' };
  const since = from ?? at + metric.initialDelay;
  if (at < since) return { tally: counted, from: since, last };
  // What is decided stays so: values after that do not count.
  const next = decide(counted, metric.limits)
    ? counted
    : tally(counted, phaseOf(last), metric.limits);
  return { tally: next, from: since, last };
}

function phaseOf(seen: MetricObservation): Measurement {
  if (seen.phase === 'providerError') return { phase: 'error', detail: seen.detail };
  if (seen.phase === 'noData') return seen;
  const { phase, detail } = seen.outcome ?? { phase: 'error', detail: 'no condition was asked' };
  return detail === null ? { phase } : { phase, detail };
}

function standing(metrics: readonly ConditionMetricSpec[], state: ConditionsState): Standing {
  let open: Standing | null = null;
  for (const metric of metrics) {
    const own = standingOf(metric, state[metric.name]);
    if (own.state === 'failed') return own;
    if (own.state === 'open' && (open === null || own.final)) open = own;
  }
  return open ?? { state: 'passed' };
}

function standingOf(
  { name, limits }: ConditionMetricSpec,
  own: ConditionState | undefined,
): Standing {
  const seen = own?.tally ?? noMeasurements;
  const decided = decide(seen, limits);
  const { phase, reason } = decided ?? conclude(seen, limits);
  const sentence = `${name}: ${reason}`;
  if (phase === 'failed') return { state: 'failed', culprit: name, sentence };
  if (phase === 'successful') return { state: 'passed' };
  const open = { state: 'open', culprit: name, sentence, final: decided !== null } as const;
  if (phase === 'error') return { ...open, verdict: 'inconclusive', cause: 'providerError' };
  const nothing = seen.successful + seen.failed + seen.inconclusive === 0;
  return nothing
    ? { ...open, verdict: 'insufficient_data', cause: 'noData' }
    : { ...open, verdict: 'inconclusive', cause: 'undecided' };
}

function evidenceOf(metric: ConditionMetricSpec, own: ConditionState): MetricEvidence {
  const { name, quantile } = metric;
  const standing = standingOf(metric, own);
  const { last } = own;
  const value = (arm: 'canary' | 'stable') => {
    const sample = last?.phase === 'measured' ? last[arm] : null;
    return sample ? valueOf(sample, quantile) : null;
  };
  const numbers = { canary: value('canary'), stable: value('stable'), bound: null, requests: null };
  const { successful, failed, inconclusive } = own.tally;
  const counts = `${successful} successful, ${failed} failed, ${inconclusive} inconclusive`;
  if (standing.state === 'failed') {
    return { metric: name, finding: 'breach', ...numbers, sentence: standing.sentence };
  }
  if (last && last.phase !== 'measured') {
    return { metric: name, finding: last.phase, ...numbers, sentence: `${name}: ${last.detail}` };
  }
  const finding = standing.state === 'passed' ? 'ok' : standing.cause;
  return { metric: name, finding, ...numbers, sentence: `${name}: ${counts}` };
}
