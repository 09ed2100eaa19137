/** One release: verify, staging, waves of rollouts, and back again when anything turns. */

import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
} from '@temporalio/workflow';
import { releaseWorkflowId } from '../domain/ids.ts';
import { policyActor, type Outcome } from '../domain/release.ts';
import type { ReleaseProgress } from '../domain/progress.ts';
import { registerReleaseHandlers } from './release-handlers.ts';
import { createRelease, type Release, type ReleaseInput, type Turn } from './release-state.ts';
import { startReporter, type Reporter } from './reporter.ts';
import { waitFrom, waitUntil } from './rollout-state.ts';
import { startScribe } from './scribe.ts';
import { passGate } from './stages/gate.ts';
import { untilResumed } from './stages/hold.ts';
import { verify } from './stages/verify.ts';
import { concludeFleet, createFleet, runWave, steerFleet, type Fleet } from './stages/waves.ts';

export type { ReleaseInput } from './release-state.ts';

/** Always ends with an outcome; whatever happens on the way, every environment is left whole. */
export async function release(input: ReleaseInput): Promise<ReleaseProgress> {
  const id = releaseWorkflowId(input.release);
  const scribe = startScribe(input.attempt === 1 ? id : `${id}#${input.attempt}`, input.release);
  const current = createRelease(input, scribe);
  const fleet = createFleet();
  const reporter = startReporter(input.release);
  registerReleaseHandlers(current, fleet, reporter);

  const { version, by, reason } = input;
  current.record({ type: 'release.submitted', version, by, reason });
  const turn = await goForward(current, fleet, reporter);
  await CancellationScope.nonCancellable(async () => {
    const ending =
      turn === null ? await succeed(fleet) : await turnBack(current, fleet, reporter, turn);
    current.record({ type: 'release.ended', ...ending });
    reporter.ended();
    await reporter.finished();
    await scribe.finished();
    await condition(() => allHandlersFinished() && !current.telling());
  });
  return current.progress;
}

interface Ending {
  outcome: Outcome;
  sentence: string;
}

/** Everything that can be stopped half way. What it returns is why it turned back. */
async function goForward(current: Release, fleet: Fleet, reporter: Reporter): Promise<Turn | null> {
  const forward = new CancellationScope();
  const turning = condition(() => current.requests.turn !== null);
  turning.then(
    () => forward.cancel(),
    () => {},
  );
  try {
    await forward.run(async () => {
      await untilAdmitted(current);
      if (current.input.mode === 'forward') {
        await verify(current);
        await stage(current, fleet);
      }
      await expandWaves(current, fleet);
      await keepWarm(current, reporter);
    });
    return null;
  } catch (error) {
    return current.requests.turn ?? turnFor(error);
  }
}

/** The lane belongs to one release at a time; the guardian says when it is this one's turn. */
async function untilAdmitted(current: Release): Promise<void> {
  const { requests, input } = current;
  if (input.plan === null) {
    const then = 'it starts by itself';
    const what = 'the lane of this application';
    current.record({ type: 'release.queued', wait: waitFrom('queue', what, null, then) });
  }
  await condition(
    () => requests.admitted !== null || requests.refused !== null || input.plan !== null,
  );
  const plan = requests.admitted ?? input.plan;
  if (requests.refused || !plan) throw new Error(requests.refused?.sentence ?? 'refused');
  current.record({ type: 'release.admitted', plan });
}

async function stage(current: Release, fleet: Fleet): Promise<void> {
  const staging = current.progress.plan?.staging;
  if (!staging) return;
  await untilResumed(current, 'staging');
  current.record({ type: 'stage.entered', stage: 'staging' });
  await runWave(current, fleet, { parallel: 1, rollouts: [staging] });
}

async function expandWaves(current: Release, fleet: Fleet): Promise<void> {
  for (const wave of current.progress.plan?.waves ?? []) {
    await untilResumed(current, `wave ${wave.number}`);
    if (wave.number === 1) current.record({ type: 'stage.entered', stage: 'production' });
    if (current.input.mode === 'forward')
      for (const gate of wave.gates) await passGate(current, gate);
    await runWave(current, fleet, wave);
  }
}

/** The old version stays up for a while, so that a way back takes a moment and not a deployment. */
async function keepWarm(current: Release, reporter: Reporter): Promise<void> {
  const { keepWarm: time } = current.input.spec.production;
  const replaced = Object.values(current.progress.rollouts).some(({ stable }) => stable !== null);
  if (!replaced) return;
  const wait = waitFrom('warm', 'the end of keepWarm', time, 'the old version is retired');
  current.record({ type: 'release.warm', wait });
  reporter.warm();
  await waitUntil(() => current.requests.yielded, time, 'old version kept warm');
}

function turnFor(error: unknown): Turn {
  if (isCancellation(error)) {
    const by = { id: 'unknown', channel: 'temporal' } as const;
    return { action: 'abort', by, cause: 'cancelled in Temporal', quarantine: false };
  }
  const cause = error instanceof Error ? error.message : String(error);
  return { action: 'rollback', by: policyActor, cause, quarantine: false };
}

async function succeed(fleet: Fleet): Promise<Ending> {
  const ended = await concludeFleet(fleet);
  const lost = ended.filter(({ outcome }) => outcome !== 'finished');
  if (lost.length === 0) return { outcome: 'succeeded', sentence: 'all environments are at 100 %' };
  const names = lost.map(({ environment }) => environment).join(', ');
  return { outcome: 'rolled_back', sentence: `${names} went back at the very end` };
}

/** Every environment that was begun comes back; then the outcome follows from what was seen. */
async function turnBack(
  current: Release,
  fleet: Fleet,
  reporter: Reporter,
  turn: Turn,
): Promise<Ending> {
  if (current.requests.refused) return current.requests.refused;
  const touched = [...fleet.members.keys()];
  if (touched.length === 0) return { outcome: 'rejected', sentence: turn.cause };
  current.record({ type: 'stage.entered', stage: 'rollback' });
  const request = { id: 'turn', reason: turn.cause, environment: null, full: false, step: null };
  const scope = current.input.spec.rollback.scope;
  const stays = scope === 'environment' && turn.by.channel === 'policy';
  if (!stays) await steerFleet(fleet, turn.action, { ...request, by: turn.by });
  const ended = await concludeFleet(fleet);
  const blamed = blame(current, turn);
  if (blamed) {
    const { version } = current.input;
    current.record({ type: 'version.quarantined', version: version.name, reason: blamed });
    reporter.quarantined(version.name, blamed);
  }
  const served = ended.some(
    ({ peak, environment }) => peak > 0 && isProduction(current, environment),
  );
  const back = ended
    .map(({ environment, live }) => `${environment}: ${live ?? 'nothing'}`)
    .join(', ');
  const outcome = served ? 'rolled_back' : 'rejected';
  return { outcome, sentence: `${turn.cause} (now ${back})` };
}

/** Why the version stays out, if it is to blame: its own behaviour or a person's rollback. */
function blame(current: Release, turn: Turn): string | null {
  if (current.input.mode !== 'forward') return null;
  if (turn.quarantine) return turn.cause;
  const failed = Object.values(current.progress.rollouts).find(
    ({ verdict }) => verdict?.verdict === 'fail',
  );
  return failed ? `${failed.environment}: ${failed.verdict?.sentence ?? ''}` : null;
}

function isProduction(current: Release, environment: string): boolean {
  const waves = current.progress.plan?.waves ?? [];
  return waves.some((wave) => wave.rollouts.some((rollout) => rollout.environment === environment));
}
