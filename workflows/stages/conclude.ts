/** The end of a release: the old versions retire, or every environment that was begun comes back. */

import { condition } from '@temporalio/workflow';
import type { Outcome } from '../../domain/release.ts';
import { rolloutsOf } from '../../domain/plan.ts';
import type { RolloutProgress } from '../../domain/rollout-progress.ts';
import { concludeFleet, startRollout, steerFleet, type Fleet } from '../fleet.ts';
import type { Release, Turn } from '../release-state.ts';
import type { Reporter } from '../reporter.ts';

export interface Ending {
  outcome: Outcome;
  sentence: string;
}

export async function succeed(current: Release, fleet: Fleet): Promise<Ending> {
  const ended = await concludeFleet(current, fleet);
  const lost = ended.filter(({ outcome }) => outcome !== 'finished');
  if (lost.length === 0) return { outcome: 'succeeded', sentence: 'all environments are at 100 %' };
  const names = lost.map(({ environment }) => environment).join(', ');
  return { outcome: 'rolled_back', sentence: `${names} went back at the very end` };
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
  if (staysElsewhere(current, turn)) void untilToldToReturn(current, fleet);
  else await returnAll(current, fleet, turn);
  const ended = await concludeFleet(current, fleet);
  const blamed = blame(current, current.requests.turn ?? turn);
  if (blamed) {
    const { version } = current.input;
    current.record({ type: 'version.quarantined', version: version.name, reason: blamed });
    reporter.quarantined(version.name, blamed);
  }
  const back = ended
    .map(({ environment, live }) => `${environment}: ${live ?? 'nothing'}`)
    .join(', ');
  return { outcome: outcomeOf(current, ended), sentence: `${turn.cause} (now ${back})` };
}

/** With `scope: environment` only what turned by itself goes back; a person's word is for all. */
function staysElsewhere(current: Release, turn: Turn): boolean {
  const { spec, mode } = current.input;
  const own = spec.rollback.scope === 'environment' && turn.by.channel === 'policy';
  return own && mode !== 'recover';
}

/** The others may take hours yet, and a person can still call all of them back. */
async function untilToldToReturn(current: Release, fleet: Fleet): Promise<void> {
  await condition(() => current.requests.turn !== null);
  if (current.requests.turn) await returnAll(current, fleet, current.requests.turn);
}

async function returnAll(current: Release, fleet: Fleet, turn: Turn): Promise<void> {
  if (current.progress.stage !== 'rollback') {
    current.record({ type: 'stage.entered', stage: 'rollback' });
  }
  const { action, by, cause } = turn;
  const request = { id: 'turn', reason: cause, environment: null, full: false, step: null };
  await steerFleet(current, fleet, action, { ...request, by });
}

/** Nobody knows how far the lost run came: every environment of the plan is brought back. */
async function recoverAll(current: Release, fleet: Fleet): Promise<void> {
  const { plan } = current.progress;
  if (!plan) return;
  current.record({ type: 'stage.entered', stage: 'rollback' });
  await Promise.all(
    rolloutsOf(plan).map((rollout) => startRollout(current, fleet, rollout, 'return')),
  );
}

/** Why the version stays out, if it is to blame: its own behaviour or a person's rollback. */
function blame(current: Release, turn: Turn): string | null {
  if (current.input.mode !== 'forward') return null;
  if (turn.quarantine) return turn.cause;
  const failed = Object.values(current.progress.rollouts).find(
    ({ verdict }) => verdict?.verdict === 'fail',
  );
  if (failed) return `${failed.environment}: ${failed.verdict?.sentence ?? ''}`;
  return current.requests.blamed;
}

/** `rejected` when no user of production ever met it. */
function outcomeOf(current: Release, ended: readonly RolloutProgress[]): Outcome {
  const waves = current.progress.plan?.waves ?? [];
  const production = new Set(
    waves.flatMap((wave) => wave.rollouts.map(({ environment }) => environment)),
  );
  const served = ended.some(({ environment, peak, outcome }) => {
    return production.has(environment) && (peak > 0 || outcome === 'rolled_back');
  });
  return served ? 'rolled_back' : 'rejected';
}
