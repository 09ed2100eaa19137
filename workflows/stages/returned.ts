/** After an emergency return: its version is watched as after a rollback, and the lane waits for that. */

import { condition } from '@temporalio/workflow';
import { isWatchOver } from '../../domain/after-rollback.ts';
import { rolloutsOf } from '../../domain/plan.ts';
import type { Release } from '../release-state.ts';
import type { Rollout } from '../rollout-state.ts';
import { takeCare } from './aftercare.ts';
import { backAgain } from './rollback.ts';

/** The environment is safe by now: nothing but the end of its release waits for this. */
export async function watchReturned(rollout: Rollout): Promise<void> {
  const { plan, progress } = rollout;
  const { version } = plan;
  const left = await takeCare(rollout, version, progress.shares, (to) => backAgain(rollout, to));
  if (left === null) return;
  rollout.record({ type: 'rollback.left', to: version.name, sentence: left });
}

/** Resolves when no environment is watched any more; what is sick goes on being watched. */
export async function untilWatched(release: Release): Promise<void> {
  const { plan } = release.progress;
  const watched = plan ? rolloutsOf(plan).filter(({ aftercare }) => aftercare) : [];
  if (watched.length === 0) return;
  const isOver = (environment: string) => {
    const rollout = release.progress.rollouts[environment];
    return rollout !== undefined && (rollout.stage === 'ended' || isWatchOver(rollout));
  };
  await condition(() => watched.every(({ environment }) => isOver(environment)));
}
