/** inReadingOrder: the environments that somebody should look at come first. */

import type { ReleaseProgress } from '../../domain/progress.ts';
import type { RolloutProgress } from '../../domain/rollout-progress.ts';
import { environmentsOf } from './plan-view.ts';

/** In trouble, at work, to blame, turned back, to come, done; within each as in the plan. */
export function inReadingOrder(progress: ReleaseProgress): string[] {
  return environmentsOf(progress).toSorted((one, other) => {
    return urgency(progress.rollouts[one]) - urgency(progress.rollouts[other]);
  });
}

function urgency(rollout: RolloutProgress | undefined): number {
  if (!rollout) return 4;
  if (rollout.stage === 'rollback' || rollout.outcome === 'rollback_failed') return 0;
  if (rollout.stage === 'hold') return 0;
  if (isDone(rollout)) return 5;
  if (rollout.stage !== 'ended') return 1;
  return rollout.verdict?.verdict === 'fail' ? 2 : 3;
}

/** True when there is nothing left to look at but the record. */
export function isDone({ stage, outcome }: RolloutProgress): boolean {
  return stage === 'finished' || (stage === 'ended' && outcome === 'finished');
}
