/** Run the rollouts of a wave as children, so many at a time, until all have finished. */

import { condition } from '@temporalio/workflow';
import type { WavePlan } from '../../domain/plan.ts';
import { startRollout, type Fleet } from '../fleet.ts';
import type { Release } from '../release-state.ts';
import { untilResumed } from './hold.ts';

/**
 * Resolves once every rollout of the wave has finished its last bake. One that turns back ends the
 * way forward of the whole release (see `untilBroken`), and with it this wait. A paused release
 * starts no further rollout; those that run know of the pause themselves.
 */
export async function runWave(
  release: Release,
  fleet: Fleet,
  wave: Pick<WavePlan, 'parallel' | 'rollouts'>,
): Promise<void> {
  const waiting = [...wave.rollouts];
  const started: string[] = [];
  const running = () =>
    started.filter((name) => release.progress.rollouts[name]?.stage !== 'finished').length;
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
      await startRollout(release, fleet, next, 'forward');
    } else {
      await condition(() => running() !== before || release.progress.paused !== paused);
    }
  }
}
