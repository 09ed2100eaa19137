/** What a plan says of the environments of a release. */

import type { MetricSpec } from '../../domain/analysis/spec.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import type { ReleaseProgress } from '../../domain/progress.ts';

type Planned = Pick<ReleaseProgress, 'plan'>;

/** All rollouts of the plan, staging first. */
export function plannedRollouts({ plan }: Planned): RolloutPlan[] {
  if (!plan) return [];
  return [...(plan.staging ? [plan.staging] : []), ...plan.waves.flatMap((wave) => wave.rollouts)];
}

/** Every environment of the release: those of the plan in its order, then any others. */
export function environmentsOf(progress: ReleaseProgress): string[] {
  const names = plannedRollouts(progress).map(({ environment }) => environment);
  return [...new Set([...names, ...Object.keys(progress.rollouts)])];
}

export function planOf(progress: Planned, environment: string): RolloutPlan | null {
  return plannedRollouts(progress).find((plan) => plan.environment === environment) ?? null;
}

/** A return to earlier versions may bring a different one to each environment. */
export function candidateOf(progress: ReleaseProgress, environment: string): string {
  const planned = planOf(progress, environment)?.version;
  return planned?.name ?? progress.version?.name ?? 'the version';
}

/** How a metric is written: evidence carries no units. */
export function kindOf(metrics: readonly MetricSpec[], metric: string): MetricSpec['kind'] {
  return metrics.find(({ name }) => name === metric)?.kind ?? 'gauge';
}

/** Where this environment stands in the plan: `staging`, `wave 2`, or null when there is one wave. */
export function placeInPlan({ plan }: Planned, environment: string): string | null {
  if (plan?.staging?.environment === environment) return 'staging';
  const wave = plan?.waves.find(({ rollouts }) =>
    rollouts.some((rollout) => rollout.environment === environment),
  );
  return wave && (plan?.waves.length ?? 0) > 1 ? `wave ${wave.number}` : null;
}
