/** The judge's memory before a rollout begins: how noisy the stable version's metrics have been. */

import type { MetricSpec, SequentialMetricSpec } from '../metric-spec.ts';
import { combine } from '../samples.ts';
import type { AnalysisSettings } from '../spec.ts';
import type { JudgeMemory } from '../verdict.ts';
import { pickBounds, slowerThan } from './buckets.ts';
import { sequentialJudge } from './judge.ts';
import { sequentialMetric, sequentialSettings } from './metrics.ts';
import type { History } from './observation.ts';

/** Names of metrics whose noise is known, and the memory from which the first watch goes on. */
export function startFromHistory(
  specs: readonly SequentialMetricSpec[],
  settings: AnalysisSettings,
  horizon: number,
  histories: Readonly<Record<string, History>>,
): { memory: JudgeMemory; calibrated: string[] } {
  if (specs.length === 0) return { memory: {}, calibrated: [] };
  const run = sequentialSettings(settings, { horizon, budget: 1 }, { min: 0, max: 0 });
  const judge = sequentialJudge(specs.filter(({ dryRun }) => !dryRun).map(sequentialMetric), run);
  const state = judge.start(histories);
  const calibrated = Object.entries(state.metrics).flatMap(([name, metric]) =>
    metric.counts.length > 0 && metric.counts.every(({ noise }) => noise.calibrated) ? [name] : [],
  );
  return { memory: { sequential: state }, calibrated };
}

/**
 * Share of the requests that the method will call bad, all of the past together; null where nothing
 * is counted, or where it is known by definition: the slow ones beyond a quantile.
 */
export function badShare(spec: MetricSpec, history: History): number | null {
  const whole = combine(history.flatMap((pods) => Object.values(pods)));
  if (whole?.kind === 'ratio') {
    const share = whole.total > 0 ? whole.bad / whole.total : null;
    const swapped = spec.judgedBy === 'sequential' && spec.direction === 'decrease';
    return swapped && share !== null ? 1 - share : share;
  }
  if (whole?.kind !== 'latency' || spec.judgedBy !== 'sequential') return null;
  const metric = sequentialMetric(spec);
  if (metric.type !== 'latency' || !('threshold' in metric)) return null;
  const [bound] = pickBounds(metric, whole.buckets, true) ?? [];
  const slow = bound === undefined ? null : slowerThan(whole.buckets, bound);
  return slow && slow.requests > 0 ? slow.events / slow.requests : null;
}
