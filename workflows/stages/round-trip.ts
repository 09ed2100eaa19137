/** Round trip: staging goes back to where production would, is tested there, and goes forward again. */

import { isCancellation } from '@temporalio/workflow';
import type { Deployment, TrafficShare, Version } from '../../domain/release.ts';
import { noWayBack, noWayOn, testOnTrip, tripSentence } from '../../domain/round-trip.ts';
import { ends } from '../../domain/words.ts';
import { sentenceOf } from '../causes.ts';
import type { Rollout } from '../rollout-state.ts';
import { giveAll, shift } from './canary.ts';
import { retire } from './retire.ts';
import { bringUp, bringUpCandidate, holdAfterFailure, runTests } from './stage.ts';

/**
 * Takes the trip to each version in turn. Returns where the candidate answers afterwards: it has been
 * stopped and brought up again, and the version that served before is beside it as before.
 * @throws ApplicationFailure when something fails and staging rejects, or nobody decides in time
 */
export async function takeRoundTrip(
  rollout: Rollout,
  candidate: Deployment,
  versions: readonly Version[],
): Promise<Deployment> {
  const { plan, requests } = rollout;
  let serving = stableBeside(rollout);
  let deployed = candidate;
  for (const version of versions) {
    requests.skipped = null;
    rollout.record({ type: 'trip.started', version: version.name });
    await leaveFor(rollout, serving);
    serving = null;
    const up = await comeUp(rollout, version);
    if (up) {
      serving = version;
      deployed = await goThereAndBack(rollout, version, up);
    }
    const sentence = tripSentence(version.name, plan.version.name, requests.skipped);
    rollout.record({ type: 'trip.finished', version: version.name, sentence });
  }
  await settle(rollout, serving);
  return deployed;
}

/** What serves staging beside the candidate; null when nothing else does. */
function stableBeside({ plan: { stable, version } }: Rollout): Version | null {
  return stable?.name === version.name ? null : stable;
}

/**
 * The candidate has everything, as at the end of a release, so that the other one is stopped: what
 * comes up again after that has to get along with what the candidate has left behind.
 */
async function leaveFor(rollout: Rollout, serving: Version | null): Promise<void> {
  const { version } = rollout.plan;
  await shift(rollout, 100, null);
  if (serving) await retire(rollout, 'deploy', serving, [{ version: version.name, weight: 100 }]);
  rollout.guest = null;
}

/** Where it answers, or null when a person goes on without. The candidate serves meanwhile. */
async function comeUp(rollout: Rollout, version: Version): Promise<Deployment | null> {
  const { plan, missing } = rollout;
  for (;;) {
    try {
      const deployed = await bringUp(rollout, version);
      missing.delete(version.name);
      return deployed;
    } catch (error) {
      const cancelled = isCancellation(error);
      // Whoever gives up while it keeps failing must not wait for it on the way back either.
      if (!cancelled || rollout.progress.wait?.key === 'delay') missing.add(version.name);
      if (cancelled) throw error;
      const why = ends(sentenceOf(error));
      const sentence = noWayBack(version.name, plan.version.name, why);
      if ((await holdAfterFailure(rollout, sentence)) === 'skip') return null;
    }
  }
}

/** The version that is back serves and is tested alone; then the candidate comes up beside it again. */
async function goThereAndBack(
  rollout: Rollout,
  back: Version,
  up: Deployment,
): Promise<Deployment> {
  const { version, tests, stable } = rollout.plan;
  if (back.name !== stable?.name) rollout.guest = back;
  await giveAll(rollout, back, beside(version));
  await retire(rollout, 'deploy', version, [{ version: back.name, weight: 100 }]);
  await runTests(rollout, tests, {
    version: back,
    deployment: up,
    called: (test) => testOnTrip(test, back.name),
    failure: (why) => noWayBack(back.name, version.name, why),
  });
  const deployment = await bringUpCandidate(rollout);
  await giveAll(rollout, back, beside(version));
  await runTests(rollout, tests, {
    version,
    deployment,
    called: (test) => test,
    failure: (why) => noWayOn(back.name, version.name, why),
  });
  return deployment;
}

function beside({ name }: Version): TrafficShare[] {
  return [{ version: name, weight: 0 }];
}

/** Staging as the trip has found it: what served there serves again, and nothing else is left over. */
async function settle(rollout: Rollout, serving: Version | null): Promise<void> {
  const { version } = rollout.plan;
  const stable = stableBeside(rollout);
  if (serving?.name === stable?.name) return;
  const gone = !stable || rollout.missing.has(stable.name);
  if (!gone && (await comeUp(rollout, stable))) {
    await giveAll(rollout, stable, beside(version));
    if (serving) await retire(rollout, 'deploy', serving, sharesOf(stable, version));
  } else {
    await leaveFor(rollout, serving);
  }
  rollout.guest = null;
}

function sharesOf(stable: Version, candidate: Version): TrafficShare[] {
  return [{ version: stable.name, weight: 100 }, ...beside(candidate)];
}
