/** The analysis of a specification on a recording: the very judge that watches releases. */

import { createJudge } from '../judge.ts';
import type { MetricKind, MetricSpec, SequentialMetricSpec } from '../metric-spec.ts';
import { combine, valueOf } from '../samples.ts';
import { startFromHistory } from '../sequential/past.ts';
import type { MetricInterval } from '../sequential/observation.ts';
import type { SequentialMetric } from '../sequential/settings.ts';
import type { AnalysisSettings, AnalysisSpec } from '../spec.ts';
import type { ArmSamples, ConditionOutcome, MetricObservation, Observation } from '../verdict.ts';
import type { Played } from './play.ts';
import type { Recording } from './recording.ts';

type Conditions = Extract<MetricSpec, { judgedBy: 'conditions' }>;
/** How a value does against the conditions of a metric; CEL is not the domain's. */
export type AskConditions = (metric: Conditions) => (value: number | null) => ConditionOutcome;

/** Percent of the traffic where the recording does not say. */
const usualWeight = 5;

/**
 * One step over the whole recording, with its `minDuration` and `maxDuration`. Metrics that were not
 * recorded are left out; it is watched on after a pass.
 */
export function playSpecification(
  recording: Recording,
  analysis: AnalysisSpec,
  ask: AskConditions,
): Played {
  const { observations, settings: recorded } = recording;
  const metrics = recordedMetrics(recording, analysis.metrics);
  const settings: AnalysisSettings = { ...analysis, interval: recorded.interval };
  const horizon = recorded.horizon;
  const sequential = metrics.filter((one): one is SequentialMetricSpec => {
    return one.judgedBy === 'sequential';
  });
  const { memory } = startFromHistory(sequential, settings, horizon, recording.history);
  const share = observations[0]?.share;
  const weight = share === undefined ? usualWeight : share * 100;
  const trafficSplit = share === undefined ? false : settings.trafficSplit;
  const asked = { ...settings, trafficSplit };
  const judge = createJudge({ metrics, settings: asked, weight, compared: true, horizon });
  const limits = { min: recorded.minDuration, max: recorded.maxDuration, mode: 'bake' } as const;
  const conditions = new Map(
    metrics.map((one) => [one.name, one.judgedBy === 'conditions' ? ask(one) : null]),
  );
  let state = judge.start(memory);
  let passedAt: number | null = null;
  for (const { index, metrics: seen } of observations) {
    const at = (index + 1) * recorded.interval;
    const measured = metrics.map((metric): [string, MetricObservation] => {
      return [metric.name, observed(metric, seen[metric.name] ?? null, conditions)];
    });
    const observation: Observation = { index, at, metrics: Object.fromEntries(measured) };
    state = judge.observe(state, observation);
    const verdict = judge.decide(state, limits, at)?.verdict;
    if (verdict === 'fail') return { failedAt: index, passedAt };
    if (verdict === 'pass') passedAt ??= index;
  }
  return { failedAt: null, passedAt };
}

/** Why nothing of the specification can be tried on the recording; null when something can. */
export function unplayable(recording: Recording, { metrics }: AnalysisSpec): string | null {
  if (recordedMetrics(recording, metrics).length > 0) return null;
  const recorded = recording.metrics.map(({ name, type }) => `${name} (${type})`).join(', ');
  const asked = metrics.map(({ name, kind }) => `${name} (${kind})`).join(', ');
  return `recorded are ${recorded}; of these the specification has none: ${asked || 'no metrics'}`;
}

function recordedMetrics({ metrics }: Recording, asked: readonly MetricSpec[]): MetricSpec[] {
  const kinds = new Map(metrics.map((one) => [one.name, kindOf(one)]));
  return asked.filter(({ name, kind }) => kinds.get(name) === kind);
}

function kindOf({ type }: SequentialMetric): MetricKind {
  return type === 'limit' ? 'ratio' : type;
}

function observed(
  metric: MetricSpec,
  seen: MetricInterval | null,
  conditions: ReadonlyMap<string, ((value: number | null) => ConditionOutcome) | null>,
): MetricObservation {
  const strata = stratified(seen);
  const whole = (arm: keyof ArmSamples) =>
    combine(Object.values(strata).flatMap((both) => both[arm] ?? []));
  const canary = whole('canary');
  if (!canary) return { phase: 'noData', detail: 'not recorded' };
  const both = { phase: 'measured', canary, stable: whole('stable') } as const;
  const outcome = conditions.get(metric.name)?.(valueOf(canary, metric.quantile));
  if (outcome) return { ...both, outcome };
  return seen && 'strata' in seen ? { ...both, strata } : both;
}

function stratified(seen: MetricInterval | null): Record<string, ArmSamples> {
  if (!seen) return {};
  const all = 'strata' in seen ? seen.strata : { '': seen };
  const named = Object.entries(all).map(([name, { canary, baseline }]) => {
    return [name, { canary, stable: baseline }] as const;
  });
  return Object.fromEntries(named);
}
