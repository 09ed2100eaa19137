/** Before traffic is shifted: learn from the stable version's past how noisy its metrics are. */

import { isCancellation, log } from '@temporalio/workflow';
import { watching } from '../proxies.ts';
import type { Rollout } from '../rollout-state.ts';

/** Reading the past takes no longer than this, in milliseconds; without it the release goes on. */
const patience = 2 * 60_000;

/** Fills the judge's memory. Providers that keep no past, or are away, hold nobody up. */
export async function calibrate(rollout: Rollout): Promise<void> {
  const { plan } = rollout;
  const { metrics, settings, horizon, stable, place } = plan;
  const compares = metrics.some(({ judgedBy }) => judgedBy === 'sequential');
  const watched = plan.steps.some(({ bake }) => bake !== null);
  if (!stable || !compares || !watched || settings.noise.history === 0) return;
  try {
    const { memory, histories } = await watching(
      plan.taskQueue,
      `learn from the past of ${stable.name}`,
      patience,
    ).calibrate({ place, stable: stable.name, metrics, settings, horizon });
    rollout.memory = memory;
    rollout.record({ type: 'rollout.calibrated', histories });
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('the past of the stable version is not known', { error: String(error) });
  }
}
