/** One release: verify, staging, waves of rollouts, and back again when anything turns. */

import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
} from '@temporalio/workflow';
import { releaseWorkflowId } from '../domain/ids.ts';
import { policyActor } from '../domain/release.ts';
import { packLarge, unpack, type Packable } from '../domain/pack.ts';
import { haltOf } from '../domain/waves.ts';
import { sentenceOf } from './causes.ts';
import { allClosed, createFleet, type Fleet } from './fleet.ts';
import { headOf, registerReleaseHandlers } from './release-handlers.ts';
import {
  createRelease,
  take,
  type Release,
  type ReleaseInput,
  type Turn,
} from './release-state.ts';
import type { ReleaseHead } from './messages.ts';
import { startReporter, type Reporter } from './reporter.ts';
import { waitFrom, waitUntil } from './rollout-state.ts';
import { startScribe } from './scribe.ts';
import { succeed, turnBack } from './stages/conclude.ts';
import { untilReleaseMayGoOn } from './stages/estate.ts';
import { passGate, passRetireGate } from './stages/gate.ts';
import { tellGroup, untilGroupIsThere } from './stages/together.ts';
import { untilResumed } from './stages/hold.ts';
import { untilWatched } from './stages/returned.ts';
import { verify } from './stages/verify.ts';
import { bakeWave, runWave } from './stages/waves.ts';

export type { ReleaseInput } from './release-state.ts';

/** Always ends with an outcome; whatever happens on the way, every environment is left whole. */
export async function release(packed: Packable<ReleaseInput>): Promise<ReleaseHead> {
  const input = unpack(packed);
  const id = releaseWorkflowId(input.release);
  const scribe = startScribe(input.attempt === 1 ? id : `${id}#${input.attempt}`, input.release);
  const current = createRelease(input, scribe);
  const fleet = createFleet();
  const reporter = startReporter(input.release);
  registerReleaseHandlers(current, fleet, reporter);

  const { version, by, reason, hotfix } = input;
  const express = hotfix === undefined ? {} : { hotfix };
  current.record({ type: 'release.submitted', version, by, reason, ...express });
  const turn = await goForward(current, fleet, reporter);
  await CancellationScope.nonCancellable(async () => {
    const ending =
      turn === null
        ? await succeed(current, fleet)
        : await turnBack(current, fleet, reporter, turn);
    // The guardian knows first: who sees that a release has ended may act on it at once.
    reporter.ended();
    await reporter.finished();
    await tellGroup(current, { state: 'ended', ...ending });
    // Who reads the record stops at its end, so what the rollouts have to say comes before it.
    scribe.after(allClosed(fleet));
    current.record({ type: 'release.ended', ...ending });
    await scribe.finished();
    await condition(() => allHandlersFinished() && !current.telling());
  });
  return headOf(current.progress);
}

/** Everything that can be stopped half way. What it returns is why it turned back. */
async function goForward(current: Release, fleet: Fleet, reporter: Reporter): Promise<Turn | null> {
  const forward = new CancellationScope();
  const turning = condition(() => current.requests.turn !== null || broken(current) !== null);
  turning.then(
    () => forward.cancel(),
    () => {},
  );
  try {
    await forward.run(async () => {
      await untilAdmitted(current);
      if (current.input.mode === 'recover') return;
      if (current.input.mode === 'forward') {
        await verify(current);
        await stage(current, fleet);
      }
      await expandWaves(current, fleet);
      if (current.input.mode === 'return') {
        quarantineLeft(current, reporter);
        await untilWatched(current);
      }
      await untilGroupIsThere(current);
      await keepWarm(current, reporter);
    });
    const lost = 'an earlier run of this release was lost';
    return current.input.mode === 'recover' ? turnOfPolicy(lost) : current.requests.turn;
  } catch (error) {
    return current.requests.turn ?? turnFor(current, error);
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
  const { override, by, mode, turn = input.release.number } = current.input;
  current.record({ type: 'release.admitted', plan: packLarge(plan), turn });
  if (!override || mode !== 'forward') return;
  const request = { id: 'submission', by, environment: null, full: false, step: null };
  take(current, 'override', { ...request, ...override });
}

async function stage(current: Release, fleet: Fleet): Promise<void> {
  const staging = current.progress.plan?.staging;
  if (!staging) return;
  await untilResumed(current, 'staging');
  await untilReleaseMayGoOn(current);
  for (const gate of current.progress.plan?.gates?.staging ?? []) await passGate(current, gate);
  current.record({ type: 'stage.entered', stage: 'staging' });
  await runWave(current, fleet, { parallel: 1, rollouts: [staging] });
}

async function expandWaves(current: Release, fleet: Fleet): Promise<void> {
  for (const wave of current.progress.plan?.waves ?? []) {
    await untilResumed(current, `wave ${wave.number}`);
    await untilReleaseMayGoOn(current);
    if (wave.number === 1) current.record({ type: 'stage.entered', stage: 'production' });
    for (const gate of wave.gates) await passGate(current, gate);
    await runWave(current, fleet, wave);
    await bakeWave(current, fleet, wave);
  }
}

/** Who sends a version away and says why has judged it: it stays out, like one that failed. */
function quarantineLeft(current: Release, reporter: Reporter): void {
  const { reason, by } = current.input;
  if (reason === null) return;
  const waves = current.progress.plan?.waves ?? [];
  const left = waves.flatMap((wave) => wave.rollouts.flatMap(({ stable }) => stable?.name ?? []));
  for (const version of new Set(left)) {
    const sentence = `sent away by ${by.id}: ${reason}`;
    current.record({ type: 'version.quarantined', version, reason: sentence });
    reporter.quarantined(version, sentence);
  }
}

/** The old version stays up for a while, so that a way back takes a moment and not a deployment. */
async function keepWarm(current: Release, reporter: Reporter): Promise<void> {
  const { keepWarm: time } = current.input.spec.production;
  const wait = waitFrom('warm', 'the end of keepWarm', time, 'the old version is retired');
  current.record({ type: 'release.warm', wait });
  reporter.warm();
  await waitUntil(() => current.requests.yielded, time, 'old version kept warm');
  for (const gate of current.progress.plan?.gates?.retire ?? []) {
    if (!current.requests.hurried) await passRetireGate(current, gate);
  }
  // From here on the old version is being stopped: a way back would need another release.
  current.requests.closing = current.requests.turn === null;
}

/** Why the release cannot go on: more of a wave is on its way back than the wave tolerates. */
function broken({ progress }: Release): string | null {
  return haltOf(progress.plan, progress.rollouts)?.sentence ?? null;
}

function turnFor(current: Release, error: unknown): Turn {
  const cause = broken(current);
  if (cause !== null) return turnOfPolicy(cause);
  if (!isCancellation(error)) return turnOfPolicy(sentenceOf(error));
  const by = { id: 'unknown', channel: 'temporal' } as const;
  return { action: 'abort', by, cause: 'cancelled in Temporal', quarantine: false };
}

function turnOfPolicy(cause: string): Turn {
  return { action: 'rollback', by: policyActor, cause, quarantine: false };
}
