/** Run the rollouts of a wave as children, so many at a time, until all have finished. */

import { condition } from '@temporalio/workflow';
import type { WavePlan } from '../../domain/plan.ts';
import type { RolloutStage } from '../../domain/rollout-progress.ts';
import { toleratedBack } from '../../domain/waves.ts';
import { settleFleet, startRollout, type Fleet } from '../fleet.ts';
import type { Release } from '../release-state.ts';
import { waitFrom, waitUntil } from '../rollout-state.ts';
import { untilResumed } from './hold.ts';

/**
 * Resolves once every rollout of the wave has finished its last bake, or has gone back. More of them
 * than the wave tolerates end the way forward of the whole release, and with it this wait. A paused
 * release starts no further rollout; those that run know of the pause themselves.
 */
export async function runWave(
  release: Release,
  fleet: Fleet,
  wave: Pick<WavePlan, 'parallel' | 'rollouts'>,
): Promise<void> {
  const waiting = [...wave.rollouts];
  const started: string[] = [];
  const running = () =>
    started.filter((name) => !isOver(release.progress.rollouts[name]?.stage)).length;
  for (;;) {
    const next = waiting[0];
    const before = running();
    if (!next && before === 0) return;
    const { paused } = release.progress;
    if (next && before === 0 && paused) {
      await untilResumed(release, next.environment);
    } else if (next && before < wave.parallel && !paused) {
      waiting.shift();
      started.push(next.environment);
      startRollout(release, fleet, next, 'forward');
    } else {
      await condition(() => running() !== before || release.progress.paused !== paused);
    }
  }
}

function isOver(stage: RolloutStage | undefined): boolean {
  return stage === 'finished' || stage === 'ended';
}

/**
 * Before the next wave: every environment that is at 100 % by now, in this wave and in those before,
 * is watched for `min` at least, and until each has passed. The policy decides for one that has not
 * by `max`; one that turns back counts as a failure of its wave.
 */
export async function bakeWave(
  release: Release,
  fleet: Fleet,
  { number, bakeAfter }: WavePlan,
): Promise<void> {
  if (!bakeAfter) return;
  const what = `evidence of all environments after wave ${number}`;
  const wait = waitFrom('bake', what, bakeAfter.max, 'the policy decides');
  release.record({ type: 'wave.baking', wave: number, wait });
  await Promise.all([
    waitUntil(() => false, bakeAfter.min, `bake after wave ${number}`),
    settleFleet(release, fleet, { wave: number, bake: bakeAfter }),
  ]);
  const tolerated = toleratedBack(release.progress.rollouts);
  release.record({ type: 'wave.baked', wave: number, tolerated });
}
