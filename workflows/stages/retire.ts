/** Retire what has no audience any more: the router forgets it, then it is stopped. */

import { log } from '@temporalio/workflow';
import type { DelayedStage } from '../../domain/events.ts';
import type { TrafficShare, Version } from '../../domain/release.ts';
import { sentenceOf } from '../causes.ts';
import { deploying } from '../proxies.ts';
import type { Rollout } from '../rollout-state.ts';
import { insist } from './insist.ts';

/** Milliseconds for each of the two errands. */
const patience = 10 * 60_000;

/**
 * `remaining`: all the shares that are left. What cannot be stopped in time is left running: that
 * costs resources, not safety, and the next release comes across it.
 */
export async function retire(
  rollout: Rollout,
  stage: Exclude<DelayedStage, 'shift'>,
  version: Version,
  remaining: TrafficShare[],
): Promise<void> {
  const { place, environment, taskQueue } = rollout.plan;
  const fence = rollout.nextFence();
  const summary = `retire ${version.name}`;
  const common = { stage, patience, then: `${version.name} is left running` };
  try {
    if (place.router) {
      await insist(rollout, {
        ...common,
        what: `the router of ${environment} to forget ${version.name}`,
        attempt: (round) =>
          deploying(round, taskQueue, summary).shiftTraffic({ place, shares: remaining, fence }),
      });
    }
    await insist(rollout, {
      ...common,
      what: `${version.name} to end in ${environment}`,
      attempt: (round) => deploying(round, taskQueue, summary).retireVersion({ place, version }),
    });
    rollout.record({ type: 'version.retired', version: version.name });
  } catch (error) {
    log.warn('a version could not be retired', {
      environment,
      version: version.name,
      error: sentenceOf(error),
    });
  }
}
