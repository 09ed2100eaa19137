/** Roll back: all traffic to the designated version, read back, its health verified, then retire. */

import { CancellationScope, condition, isCancellation, log, sleep } from '@temporalio/workflow';
import type { RolloutOutcome } from '../../domain/events.ts';
import type { TrafficShare, Version } from '../../domain/release.ts';
import { returning, tidying } from '../proxies.ts';
import type { Departure, Rollout } from '../rollout-state.ts';

/** Pause between rounds when the world is not yet as it has to be, in milliseconds. */
const roundPause = 1000;

/** Returns only once the environment is back. Call it where nothing can cancel it. */
export async function rollBack(rollout: Rollout, departure: Departure): Promise<RolloutOutcome> {
  const { plan } = rollout;
  const to = departure.to === 'stable' ? plan.stable : plan.designated;
  const { cause, by } = departure;
  rollout.record({ type: 'rollback.started', to: to?.name ?? null, cause, by });
  const done = returnTraffic(rollout, to);
  await pageUntil(rollout, done);
  await retire(rollout, to);
  return rollout.progress.peak > 0 || rollout.input.mode === 'return' ? 'rolled_back' : 'abandoned';
}

/** Until it is verified: shift, read back, check health; begin again when any of it fails. */
async function returnTraffic(rollout: Rollout, to: Version | null): Promise<void> {
  // The stable version still runs, so traffic goes there first and questions are asked later.
  let deployFirst = to !== null && to.name !== rollout.plan.stable?.name;
  for (;;) {
    rollout.requests.retry = false;
    const shares = await untilRetry(rollout, () => returnOnce(rollout, to, deployFirst));
    if (shares) {
      rollout.record({ type: 'rollback.verified', to: to?.name ?? null, shares });
      return;
    }
    deployFirst = true;
    await sleep(roundPause);
  }
}

/** One round; null when something did not work and the next round has to begin by healing it. */
async function returnOnce(
  rollout: Rollout,
  to: Version | null,
  deployFirst: boolean,
): Promise<TrafficShare[] | null> {
  const { place, version: candidate, taskQueue } = rollout.plan;
  const { deployVersion, isVersionReady, shiftTraffic } = returning(
    taskQueue,
    `back to ${to?.name ?? 'nothing'}`,
  );
  try {
    if (to && deployFirst) await deployVersion({ place, version: to });
    const shares = to ? [{ version: to.name, weight: 100 }] : [];
    // The candidate stays known at 0 % so that its requests in flight end well.
    const leaving =
      to && to.name !== candidate.name ? [{ version: candidate.name, weight: 0 }] : [];
    const seen = place.router
      ? await shiftTraffic({ place, shares: [...shares, ...leaving], fence: rollout.nextFence() })
      : shares;
    rollout.record({ type: 'traffic.shifted', shares: seen, weight: 0, step: null });
    return to && !(await isVersionReady({ place, version: to })) ? null : seen;
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('rollback round failed', {
      environment: rollout.plan.environment,
      error: String(error),
    });
    return null;
  }
}

/** `work`, or null as soon as a person asks to try again at once. */
async function untilRetry<T>(rollout: Rollout, work: () => Promise<T>): Promise<T | null> {
  const scope = new CancellationScope({ cancellable: true });
  const running = scope.run(work);
  const retried = condition(() => rollout.requests.retry).then(() => null);
  const result = await Promise.race([running, retried]);
  if (result !== null || !rollout.requests.retry) return result;
  running.catch(() => {});
  scope.cancel();
  return null;
}

/** Every deadline that passes is on record and pages; the work goes on. */
async function pageUntil(rollout: Rollout, work: Promise<void>): Promise<void> {
  const { plan, input } = rollout;
  const progress = { done: false };
  const ended = work.finally(() => {
    progress.done = true;
  });
  const summary = { summary: 'rollback deadline' };
  let late = 0;
  while (!(await condition(() => progress.done, input.rollbackDeadline, summary))) {
    late += 1;
    const sentence = `the rollback of ${plan.environment} is not verified after ${late} deadlines; it goes on trying`;
    rollout.record({ type: 'rollback.delayed', sentence, attempts: late });
  }
  await ended;
}

/** The router forgets the candidate, then it is stopped. Failing here does not undo the rollback. */
async function retire(rollout: Rollout, to: Version | null): Promise<void> {
  const { place, version, taskQueue } = rollout.plan;
  if (to?.name === version.name) return;
  const { retireVersion, shiftTraffic } = tidying(taskQueue, `retire ${version.name}`);
  try {
    const shares = to ? [{ version: to.name, weight: 100 }] : [];
    if (place.router) await shiftTraffic({ place, shares, fence: rollout.nextFence() });
    await retireVersion({ place, version });
    rollout.record({ type: 'version.retired', version: version.name });
  } catch {
    // It costs resources, not safety: the version has no traffic and the next release reports it.
  }
}
