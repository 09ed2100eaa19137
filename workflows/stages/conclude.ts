/** The end of a release: the old versions retire, or every environment that was begun comes back. */

import { condition } from '@temporalio/workflow';
import type { TestResult } from '../../domain/events.ts';
import type { Outcome } from '../../domain/release.ts';
import { rolloutsOf } from '../../domain/plan.ts';
import type { RolloutProgress } from '../../domain/rollout-progress.ts';
import { haltOf, returnOrder, waveName } from '../../domain/waves.ts';
import { listed } from '../../domain/words.ts';
import {
  closeEarlierBatches,
  concludeFleet,
  startRollout,
  steerFleet,
  type Fleet,
} from '../fleet.ts';
import type { Release, Turn } from '../release-state.ts';
import type { Reporter } from '../reporter.ts';
import { waitUntil } from '../rollout-state.ts';

export interface Ending {
  outcome: Outcome;
  sentence: string;
}

export async function succeed(current: Release, fleet: Fleet): Promise<Ending> {
  const ended = await concludeFleet(current, fleet);
  const lost = ended.filter(({ outcome }) => outcome !== 'finished');
  if (lost.length === 0) return { outcome: 'succeeded', sentence: 'all environments are at 100 %' };
  const sick = lost.find(isSick);
  if (current.input.mode === 'return' && sick) {
    return { outcome: 'rollback_failed', sentence: `${sick.environment}: ${sick.sentence}` };
  }
  const names = listed(lost.map(({ environment }) => environment));
  const { plan, rollouts } = current.progress;
  if (haltOf(plan, rollouts)) {
    const outcome = lost.some(isSick) ? 'rollback_failed' : 'rolled_back';
    return { outcome, sentence: `${names} went back at the very end` };
  }
  const there = ended.length - lost.length;
  const sentence = `${there} of ${ended.length} environments are at 100 %; went back, within maxFailures: ${names}`;
  return { outcome: 'succeeded', sentence };
}

/** Every environment that was begun comes back; then the outcome follows from what was seen. */
export async function turnBack(
  current: Release,
  fleet: Fleet,
  reporter: Reporter,
  turn: Turn,
): Promise<Ending> {
  if (current.requests.refused) return current.requests.refused;
  if (current.input.mode === 'recover') await recoverAll(current, fleet);
  if (fleet.members.size === 0) return { outcome: 'rejected', sentence: turn.cause };
  const from = returnsFrom(current, turn);
  if (from > 0) void untilToldToReturn(current, fleet);
  await returnParts(current, fleet, turn, from);
  const ended = await concludeFleet(current, fleet);
  const blamed = blame(current, current.requests.turn ?? turn);
  if (blamed) {
    const { version } = current.input;
    current.record({ type: 'version.quarantined', version: version.name, reason: blamed });
    reporter.quarantined(version.name, blamed);
  }
  const back = listed(ended.map(({ environment, live }) => `${environment}: ${live ?? 'nothing'}`));
  return { outcome: outcomeOf(current, ended), sentence: `${turn.cause} (now ${back})` };
}

/**
 * The first wave that goes back: 0 for everything, as a person means it; beyond the last for nothing
 * but what turned by itself.
 */
function returnsFrom({ input, progress }: Release, turn: Turn): number {
  const { scope } = input.spec.rollback;
  if (turn.by.channel !== 'policy' || input.mode === 'recover' || scope === 'release') return 0;
  if (scope === 'environment') return Number.POSITIVE_INFINITY;
  return haltOf(progress.plan, progress.rollouts)?.wave ?? 0;
}

/** The others may take hours yet, and a person can still call all of them back. */
async function untilToldToReturn(current: Release, fleet: Fleet): Promise<void> {
  await condition(() => current.requests.turn !== null);
  if (current.requests.turn) await returnParts(current, fleet, current.requests.turn, 0);
}

/** Milliseconds until the next part goes back although the one before it is not there yet. */
const returnPatience = 60_000;

/**
 * The last wave first: it is the largest part of the audience and met the version most recently. One that is
 * stuck does not keep the others for longer than a minute.
 */
async function returnParts(
  current: Release,
  fleet: Fleet,
  turn: Turn,
  from: number,
): Promise<void> {
  const { progress } = current;
  const order = returnOrder(progress.plan, new Set(fleet.members.keys()), from);
  if (from === 0 && progress.stage !== 'rollback') {
    current.record({ type: 'stage.entered', stage: 'rollback' });
  }
  if (order.length > 0) current.record({ type: 'rollback.ordered', order });
  const { action, by, cause, reason = cause, force = false } = turn;
  const request = {
    id: 'turn',
    by,
    reason,
    environment: null,
    full: false,
    step: null,
    force,
  };
  for (const [index, { wave, environments }] of order.entries()) {
    await steerFleet(current, fleet, action, request, new Set(environments));
    if (index === order.length - 1) return;
    // What is watched is back already: nobody waits for its metrics.
    const back = () =>
      environments.every(
        (name) => fleet.members.get(name)?.ended || current.progress.rollouts[name]?.back,
      );
    await waitUntil(back, returnPatience, `until ${waveName(wave)} is back`);
  }
}

/** Nobody knows how far the lost run came: every environment of the plan is brought back. */
async function recoverAll(current: Release, fleet: Fleet): Promise<void> {
  const { plan } = current.progress;
  if (!plan) return;
  current.record({ type: 'stage.entered', stage: 'rollback' });
  const rollouts = rolloutsOf(plan);
  for (const rollout of rollouts) startRollout(current, fleet, rollout, 'return');
  await closeEarlierBatches(current, rollouts.length);
}

/** Why the version stays out, if it is to blame: its own behaviour or a person's rollback. */
function blame(current: Release, turn: Turn): string | null {
  if (current.input.mode !== 'forward') return null;
  if (turn.quarantine) return turn.cause;
  const rollouts = Object.values(current.progress.rollouts);
  const failed = rollouts.find(({ verdict }) => verdict?.verdict === 'fail');
  if (failed) return `${failed.environment}: ${failed.verdict?.sentence ?? ''}`;
  // Before people met it a failed test says no more than that it does not qualify.
  const production = productionOf(current);
  const unsound = rollouts.find(({ environment, peak, tests }) => {
    return production.has(environment) && peak > 0 && tests.some(hasFailed);
  });
  if (unsound) return `${unsound.environment}: ${unsound.cause ?? ''}`;
  return current.requests.blamed;
}

function hasFailed({ passed }: TestResult): boolean {
  return !passed;
}

function isSick({ outcome }: RolloutProgress): boolean {
  return outcome === 'rollback_failed';
}

/**
 * `rejected` when no user of production ever met it; `rollback_failed` when somebody had to leave an
 * environment to a sick version.
 */
function outcomeOf(current: Release, ended: readonly RolloutProgress[]): Outcome {
  if (ended.some(isSick)) return 'rollback_failed';
  const production = productionOf(current);
  const served = ended.some(({ environment, peak, outcome }) => {
    return production.has(environment) && (peak > 0 || outcome === 'rolled_back');
  });
  return served ? 'rolled_back' : 'rejected';
}

function productionOf({ progress }: Release): Set<string> {
  const waves = progress.plan?.waves ?? [];
  return new Set(waves.flatMap((wave) => wave.rollouts.map(({ environment }) => environment)));
}
