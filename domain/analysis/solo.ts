/** What can be told of a version that has all traffic: limits, and what it showed before. */

import { limitsFrom } from './sequential/alone.ts';
import type { MetricSpec, SequentialMetricSpec } from './metric-spec.ts';
import type { AnalysisSettings } from './spec.ts';
import type { JudgeMemory } from './verdict.ts';

/** What is left of a metric without another version to compare with. */
export function absolutePart(metric: MetricSpec): MetricSpec[] {
  if (metric.judgedBy === 'conditions') return [metric];
  if (metric.judgedBy === 'sequential') return metric.max === undefined ? [] : [metric];
  if (metric.judgedBy === 'kayenta' || metric.limit === undefined) return [];
  const { ratioToStable: _ratio, ...absolute } = metric;
  return [absolute];
}

/** Metrics that may be able to judge a version alone; a comparison can when its past is known. */
export function perhapsSolo(metrics: readonly MetricSpec[]): MetricSpec[] {
  return metrics.filter((metric) => {
    const past = metric.judgedBy === 'sequential' && metric.kind !== 'gauge';
    return !metric.dryRun && (past || absolutePart(metric).length > 0);
  });
}

/**
 * Metrics that can judge a version alone. `past` is what a judge has learned while that version was
 * the stable one; `{}` when it was not.
 */
export function soloMetrics(
  metrics: readonly MetricSpec[],
  settings: AnalysisSettings,
  past: JudgeMemory,
): MetricSpec[] {
  const known = new Set(
    limitsFrom(metrics.filter(isSequential), settings, past).map(({ name }) => name),
  );
  return perhapsSolo(metrics).flatMap((metric) =>
    isSequential(metric) && known.has(metric.name) ? [metric] : absolutePart(metric),
  );
}

/**
 * Of a judge's memory, what is about the stable version's past. What was proven of the candidate
 * alone says nothing of the version that replaces it.
 */
export function pastOf({ sequential }: JudgeMemory): JudgeMemory {
  return sequential === undefined ? {} : { sequential };
}

/** Evidence speaks of the canary; here another version is watched. */
export function aboutVersion(sentence: string, version: string): string {
  const [metric, ...rest] = sentence.split(': ');
  return [metric, ...rest.map((part) => part.replaceAll(/\bcanary\b/g, version))].join(': ');
}

function isSequential(metric: MetricSpec): metric is SequentialMetricSpec {
  return metric.judgedBy === 'sequential';
}
