/** Roll back: all traffic to the designated version, read back, healthy; then its metrics tell. */

import { CancellationScope, condition, isCancellation, log, sleep } from '@temporalio/workflow';
import { formatDuration } from '../../domain/duration.ts';
import type { RolloutOutcome } from '../../domain/events.ts';
import type { TrafficShare, Version, Weight } from '../../domain/release.ts';
import { writeRules } from '../../domain/traffic.ts';
import { sentenceOf } from '../causes.ts';
import { asking, returning, tidying } from '../proxies.ts';
import type { Departure, Rollout } from '../rollout-state.ts';
import { takeCare } from './aftercare.ts';
import { retire } from './retire.ts';

/**
 * Pause between rounds when the world is not yet as it has to be, in milliseconds: it doubles, so
 * that days of trying stay far below Temporal's limit of history. `retry` begins a round at once.
 */
const roundPause = { first: 1000, longest: 5 * 60_000 };

/** Between two pages of the same rollback, in milliseconds. */
const longestSilence = 3_600_000;

/** Where a rollback goes, and whether people may have met the candidate. */
export interface Return {
  to: Version | null;
  exposed: boolean;
}

/** Returns only once the environment is back. Call it where nothing can cancel it. */
export async function rollBack(
  rollout: Rollout,
  departure: Departure,
): Promise<{ outcome: RolloutOutcome; live: string | null; sentence: string }> {
  const { by } = departure;
  const { to: wished, exposed } = await whereTo(rollout, departure);
  const { to, cause } = stillRuns(rollout, wished, departure.cause);
  rollout.record({ type: 'rollback.started', to: to?.name ?? null, cause, by });
  const shares = await pageUntil(rollout, returnTraffic(rollout, to));
  // The bad version goes at once, however long the good one is watched.
  const leaving = leave(rollout, to);
  const failed = await takeCare(rollout, to, shares, async (version) => {
    await leaving;
    return backAgain(rollout, version);
  });
  await leaving;
  const live = to?.name ?? null;
  if (failed !== null) return { outcome: 'rollback_failed', live, sentence: `${cause}; ${failed}` };
  return { outcome: exposed ? 'rolled_back' : 'abandoned', live, sentence: cause };
}

/** Nobody tries for ever to bring up what a round trip has seen fail: the candidate, which runs, stays. */
function stillRuns(
  { missing, plan: { version, environment } }: Rollout,
  to: Version | null,
  cause: string,
): { to: Version | null; cause: string } {
  if (!to || !missing.has(to.name)) return { to, cause };
  return { to: version, cause: `${cause}; ${environment} stays with ${version.name}` };
}

/** The candidate is stopped, unless it is what serves. */
async function leave(rollout: Rollout, to: Version | null): Promise<void> {
  const { guest, plan } = rollout;
  const shares = to ? [{ version: to.name, weight: 100 }] : [];
  if (to?.name !== plan.version.name) await retire(rollout, 'rollback', plan.version, shares);
  if (guest && guest.name !== to?.name) await retire(rollout, 'rollback', guest, shares);
}

/**
 * A candidate that nobody met changes nothing: stable keeps the audience, whatever is designated.
 * After a lost workflow the router is asked, because the record may be missing its last step.
 */
async function whereTo(rollout: Rollout, departure: Departure): Promise<Return> {
  const { plan, input, exposed } = rollout;
  const { stable, designated } = plan;
  if (departure.to === 'stable') return { to: stable, exposed };
  if (input.mode === 'forward') return { to: exposed ? designated : stable, exposed };
  const untouched = await servesAll(rollout, stable);
  return { to: untouched ? stable : designated, exposed: true };
}

async function servesAll(rollout: Rollout, version: Version | null): Promise<boolean> {
  const { place, taskQueue } = rollout.plan;
  if (!version || !place.router) return false;
  try {
    const shares = await asking(taskQueue, 'who serves now').readTraffic(place);
    // A ring or a mirror beside it is as good as a weight: somebody has to take it away.
    return (
      shares.some((share) => share.version === version.name && share.weight === 100) &&
      shares.every((share) => writeRules(share.rules) === '')
    );
  } catch (error) {
    log.warn('could not read traffic', { error: sentenceOf(error) });
    return false;
  }
}

/** Until all is there: shift, read back, check health; begin again when any of it fails. */
async function returnTraffic(rollout: Rollout, to: Version | null): Promise<TrafficShare[]> {
  // The stable version still runs, so traffic goes there first and questions are asked later.
  const deployFirst = to !== null && to.name !== rollout.plan.stable?.name;
  const { version } = rollout.plan;
  if (deployFirst && to.name !== version.name) void leaveCandidate(rollout);
  // The candidate stays known at 0 % so that its requests in flight end well.
  const leaving = to && to.name !== version.name ? [{ version: version.name, weight: 0 }] : [];
  return untilBack(rollout, to, leaving, deployFirst);
}

/** Once more before a sick version is looked at again: it is brought up, and has all traffic. */
export async function backAgain(rollout: Rollout, to: Version): Promise<TrafficShare[]> {
  return untilBack(rollout, to, [], true);
}

async function untilBack(
  rollout: Rollout,
  to: Version | null,
  leaving: TrafficShare[],
  deploy: boolean,
): Promise<TrafficShare[]> {
  let deployFirst = deploy;
  for (let pause = roundPause.first; ; pause = Math.min(pause * 2, roundPause.longest)) {
    rollout.requests.retry = false;
    const first = deployFirst;
    const shares = await untilRetry(rollout, () => returnOnce(rollout, to, leaving, first));
    if (shares) return shares;
    deployFirst = true;
    await untilRetry(rollout, () => sleep(pause, { summary: 'before the next try' }));
  }
}

/**
 * Bringing the designated version up may take minutes: until then stable, which runs, has the
 * audience. Not waited for; the fence keeps it from undoing what comes after.
 */
async function leaveCandidate(rollout: Rollout): Promise<void> {
  const { place, stable, version, taskQueue } = rollout.plan;
  if (!stable || !place.router) return;
  const { shiftTraffic } = tidying(taskQueue, `meanwhile to ${stable.name}`);
  const shares = [
    { version: stable.name, weight: 100 },
    { version: version.name, weight: 0 },
  ];
  try {
    const seen = await shiftTraffic({ place, shares, fence: rollout.nextFence() });
    rollout.record({ type: 'traffic.shifted', shares: seen, weight: 0, step: null });
  } catch (error) {
    log.info('stable did not take over meanwhile', { error: sentenceOf(error) });
  }
}

/** One round; null when something did not work and the next round has to begin by healing it. */
async function returnOnce(
  rollout: Rollout,
  to: Version | null,
  leaving: TrafficShare[],
  deployFirst: boolean,
): Promise<TrafficShare[] | null> {
  const { place, taskQueue } = rollout.plan;
  const { deployVersion, isVersionReady, shiftTraffic } = returning(
    taskQueue,
    `back to ${to?.name ?? 'nothing'}`,
  );
  try {
    if (to && deployFirst) await deployVersion({ place, version: to });
    const shares = to ? [{ version: to.name, weight: 100 }] : [];
    const seen = place.router
      ? await shiftTraffic({ place, shares: [...shares, ...leaving], fence: rollout.nextFence() })
      : shares;
    // After a return the version that has all traffic is the candidate.
    const weight = to?.name === rollout.plan.version.name ? 100 : 0;
    if (!isOnRecord(rollout, seen, weight))
      rollout.record({ type: 'traffic.shifted', shares: seen, weight, step: null });
    return to && !(await isVersionReady({ place, version: to })) ? null : seen;
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('rollback round failed', {
      environment: rollout.plan.environment,
      error: sentenceOf(error),
    });
    return null;
  }
}

/** The same again says nothing new: rounds may be many. */
function isOnRecord(
  { progress }: Rollout,
  shares: readonly TrafficShare[],
  weight: Weight,
): boolean {
  return progress.weight === weight && JSON.stringify(progress.shares) === JSON.stringify(shares);
}

/** `work`, or null as soon as a person asks to try again at once. */
async function untilRetry<T>(rollout: Rollout, work: () => Promise<T>): Promise<T | null> {
  const scope = new CancellationScope();
  const waiting = new CancellationScope();
  const running = scope.run(work);
  const retried = waiting.run(() => condition(() => rollout.requests.retry)).then(() => null);
  // Whoever loses the race ends as cancelled.
  running.catch(() => {});
  retried.catch(() => {});
  try {
    return await Promise.race([running, retried]);
  } finally {
    scope.cancel();
    waiting.cancel();
  }
}

/** The deadline that passes is on record and pages, again after twice the time; the work goes on. */
async function pageUntil<T>(rollout: Rollout, work: Promise<T>): Promise<T> {
  const { plan, input } = rollout;
  const progress = { done: false };
  const ended = work.finally(() => {
    progress.done = true;
  });
  const summary = { summary: 'rollback deadline' };
  const longest = Math.max(input.rollbackDeadline, longestSilence);
  let late = 0;
  let attempts = 0;
  let patience = input.rollbackDeadline;
  while (!(await condition(() => progress.done, patience, summary))) {
    attempts += 1;
    late += patience;
    patience = Math.min(patience * 2, longest);
    const sentence = `the rollback of ${plan.environment} is not verified after ${formatDuration(late)}; it goes on trying`;
    rollout.record({ type: 'rollback.delayed', sentence, attempts });
  }
  return ended;
}
