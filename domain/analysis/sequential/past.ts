/** The judge's memory before a rollout begins: how noisy the stable version's metrics have been. */

import type { SequentialMetricSpec } from '../metric-spec.ts';
import type { AnalysisSettings } from '../spec.ts';
import type { JudgeMemory } from '../verdict.ts';
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
