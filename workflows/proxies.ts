/** Activities grouped by patience: how long each kind may take, and how it is tried again. */

import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type {
  DeployingActivities,
  EstateActivities,
  GroupActivities,
  QuickActivities,
  WatchingActivities,
} from '../activities/contract.ts';
import { defaultTaskQueue } from '../domain/ids.ts';

const retry = { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '10s' } as const;

/** Writing down: tried until it works; the journal may be away for hours. */
export const recording = proxyActivities<Pick<QuickActivities, 'record'>>({
  startToCloseTimeout: '20s',
  retry,
});

/** What has to be known before a step forward: tried until it is. */
export const knowing = proxyActivities<Pick<QuickActivities, 'readEstate'>>({
  startToCloseTimeout: '10s',
  cancellationType: ActivityCancellationType.ABANDON,
  retry: { ...retry, maximumInterval: '5s' },
});

/**
 * Asking whether the way is free: asked until there is an answer, since none is not a yes. It is over
 * in a moment, so a way back that begins meanwhile does not stop it, and costs no history for that.
 */
export const consulting = proxyActivities<Pick<QuickActivities, 'checkCalendar'>>({
  startToCloseTimeout: '20s',
  cancellationType: ActivityCancellationType.ABANDON,
  retry,
});

/** Telling people and looking things up: given up after a minute, nothing depends on it. */
export const telling = proxyActivities<Pick<QuickActivities, 'notify' | 'isReleaseOpen'>>({
  startToCloseTimeout: '20s',
  scheduleToCloseTimeout: '1m',
  retry,
});

/** The estate speaks to all releases: worth an hour of tries, since they ask by themselves in the end. */
export const announcing = proxyActivities<EstateActivities>({
  startToCloseTimeout: '10m',
  scheduleToCloseTimeout: '1h',
  heartbeatTimeout: '30s',
  retry,
});

/** A group asks its applications: asked until there is an answer, and a refusal is one. */
export const involving = proxyActivities<GroupActivities>({
  startToCloseTimeout: '30s',
  retry,
});

/** Milliseconds after which a target or a router is given up on the way forward. */
export const deployPatience = 30 * 60_000;

/** A few tries of one errand (see stages/insist.ts): how many, and how long all of them may take. */
export interface Round {
  tries: number;
  /** Milliseconds from the first try to the second; it doubles up to ten seconds. */
  pause: number;
  /** Milliseconds until the errand is given up, whatever is under way then. */
  left: number;
}

/** Changing an environment on the way forward, or stopping what is no longer needed. */
export function deploying(round: Round, taskQueue: string, summary?: string) {
  return proxyActivities<DeployingActivities>({
    ...named(taskQueue, summary),
    startToCloseTimeout: '10m',
    scheduleToCloseTimeout: round.left,
    heartbeatTimeout: '10s',
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    retry: { ...retry, initialInterval: round.pause, maximumAttempts: round.tries },
  });
}

/** Changing an environment on the way back: never given up. */
export function returning(taskQueue: string, summary?: string) {
  return proxyActivities<DeployingActivities>({
    ...named(taskQueue, summary),
    startToCloseTimeout: '2m',
    heartbeatTimeout: '10s',
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    retry: { ...retry, maximumInterval: '5s' },
  });
}

/** Looking at an environment where a guess will do: given up after a minute. */
export function asking(taskQueue: string, summary?: string) {
  return proxyActivities<Pick<DeployingActivities, 'readTraffic'>>({
    ...named(taskQueue, summary),
    startToCloseTimeout: '20s',
    scheduleToCloseTimeout: '1m',
    heartbeatTimeout: '10s',
    retry,
  });
}

/** Looking before a step forward: none to be had within a minute is not a yes. */
export function checking(taskQueue: string, summary?: string) {
  return proxyActivities<Pick<DeployingActivities, 'checkWayBack'>>({
    ...named(taskQueue, summary),
    startToCloseTimeout: '20s',
    scheduleToCloseTimeout: '1m',
    heartbeatTimeout: '10s',
    cancellationType: ActivityCancellationType.ABANDON,
    retry,
  });
}

/** Putting things right meanwhile: worth a few tries, not worth holding anything up. */
export function tidying(taskQueue: string, summary?: string) {
  return proxyActivities<DeployingActivities>({
    ...named(taskQueue, summary),
    startToCloseTimeout: '2m',
    scheduleToCloseTimeout: '10m',
    heartbeatTimeout: '10s',
    retry,
  });
}

/**
 * Watching: heartbeats tell that it lives; a lost worker is replaced after ten seconds. `patience`
 * (milliseconds) bounds all tries together, so that a queue nobody serves is noticed.
 */
export function watching(taskQueue: string, summary?: string, patience?: number) {
  return proxyActivities<WatchingActivities>({
    ...named(taskQueue, summary),
    startToCloseTimeout: '30d',
    ...(patience === undefined ? {} : { scheduleToCloseTimeout: patience }),
    heartbeatTimeout: '10s',
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    retry: { ...retry, maximumInterval: '5s' },
  });
}

/**
 * The default queue is the one this workflow runs on, whatever its name. The summary is what people
 * read in Temporal Web UI beside the activity; it is plain text, and cut there near 120 characters.
 */
function named(taskQueue: string, summary?: string): { taskQueue?: string; summary?: string } {
  return {
    ...(taskQueue === defaultTaskQueue ? {} : { taskQueue }),
    ...(summary === undefined ? {} : { summary: summary.slice(0, 120) }),
  };
}
