/** A rollout: one version into one environment, and back when the evidence turns. */

import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { actionDescriptions, actions } from '../domain/actions.ts';
import { briefly } from '../domain/brief.ts';
import type { CrescendoEvent, RolloutOutcome } from '../domain/events.ts';
import { policyActor } from '../domain/release.ts';
import type { RolloutProgress } from '../domain/rollout-progress.ts';
import { releaseWorkflowId, rolloutWorkflowId } from '../domain/ids.ts';
import { audienceOf, isNamed } from '../domain/strategy.ts';
import { parseActionMessage } from './action-message.ts';
import { sentenceOf } from './causes.ts';
import { heed } from './heed.ts';
import {
  actionSignal,
  calendarChangedSignal,
  concludeSignal,
  environmentEventsSignal,
  rolloutQuery,
  settleSignal,
} from './messages.ts';
import { watchQueue } from './queue-watch.ts';
import {
  createRollout,
  steer,
  type Departure,
  type Rollout,
  type RolloutInput,
} from './rollout-state.ts';
import { startScribe } from './scribe.ts';
import { calibrate } from './stages/calibrate.ts';
import { holdAtDoor, isShut } from './stages/door.ts';
import { expand, untilConcluded } from './stages/expand.ts';
import { retire } from './stages/retire.ts';
import { watchReturned } from './stages/returned.ts';
import { rollBack } from './stages/rollback.ts';
import { takeRoundTrip } from './stages/round-trip.ts';
import { bringUp, stageCandidate, testCandidate } from './stages/stage.ts';
import { untilClear } from './stages/window.ts';

export type { RolloutInput } from './rollout-state.ts';

/** Always comes to an end, and the environment is then served by exactly one version. */
export async function rollout(input: RolloutInput): Promise<RolloutProgress> {
  const current = openRollout(input);
  const { plan } = input;
  const steps = [...plan.steps, ...(plan.afterWave ? [plan.afterWave] : [])];
  current.record({
    type: 'rollout.started',
    stable: plan.stable?.name ?? null,
    designated: plan.designated?.name ?? null,
    weights: steps.map((step) => step.weight),
    ...(steps.some(isNamed) ? { audiences: steps.map(audienceOf) } : {}),
  });
  const stopWatching = watchQueue(current);
  const departure = await goForward(current);
  await CancellationScope.nonCancellable(async () => {
    if (departure === null) await retireOld(current);
    else await comeBack(current, departure);
    stopWatching();
    await current.scribe.finished();
    await condition(allHandlersFinished);
  });
  return current.progress;
}

/**
 * The way to 100 % and the wait for the release's end; what it returns is why it turned back. Before
 * a one-way door it holds instead, and goes on when a person says so.
 */
async function goForward(current: Rollout): Promise<Departure | null> {
  const departure = await begin(current);
  return CancellationScope.nonCancellable(async () => {
    let last = departure;
    while (last && (await isShut(current, last))) last = await decideAtDoor(current, last);
    return last;
  });
}

async function begin(current: Rollout): Promise<Departure | null> {
  if (current.input.mode === 'return') {
    return { cause: 'its workflow was lost', by: policyActor, to: 'designated' };
  }
  return untilDeparture(current, async () => {
    await untilClear(current);
    const { tests, roundTrip } = current.plan;
    let candidate = await stageCandidate(current);
    await testCandidate(current, candidate, tests);
    if (roundTrip) candidate = await takeRoundTrip(current, candidate, roundTrip);
    await calibrate(current);
    await expand(current, candidate);
    if (current.plan.aftercare) await watchReturned(current);
    await untilConcluded(current);
  });
}

async function decideAtDoor(current: Rollout, held: Departure): Promise<Departure | null> {
  const decision = await holdAtDoor(current, held);
  if ('cause' in decision) return decision;
  return untilDeparture(current, async () => {
    await expand(current, await bringUp(current, current.candidate), decision);
    await untilConcluded(current);
  });
}

/** Goes forward until it is there (null), or until something turns it back. */
async function untilDeparture(
  current: Rollout,
  story: () => Promise<void>,
): Promise<Departure | null> {
  const forward = new CancellationScope();
  const departing = condition(() => current.requests.departure !== null);
  departing.then(
    () => forward.cancel(),
    () => {},
  );
  try {
    await forward.run(story);
    return null;
  } catch (error) {
    return current.requests.departure ?? departureFor(error);
  }
}

function departureFor(error: unknown): Departure {
  if (isCancellation(error)) {
    const by = { id: 'unknown', channel: 'temporal' } as const;
    return { cause: 'cancelled in Temporal', by, to: 'stable' };
  }
  return { cause: sentenceOf(error), by: policyActor, to: 'designated' };
}

async function comeBack(current: Rollout, departure: Departure): Promise<void> {
  const { outcome, live, sentence } = await rollBack(current, departure);
  end(current, outcome, live, sentence);
}

async function retireOld(current: Rollout): Promise<void> {
  const { stable, version, environment } = current.plan;
  if (stable && stable.name !== version.name) {
    await retire(current, 'finished', stable, [{ version: version.name, weight: 100 }]);
  }
  const { back, sentence } = current.progress;
  if (back === 'left') return end(current, 'rollback_failed', version.name, sentence ?? '');
  end(current, 'finished', version.name, `${version.name} serves all of ${environment}`);
}

function end(
  current: Rollout,
  outcome: RolloutOutcome,
  live: string | null,
  sentence: string,
): void {
  const version = current.candidate.name;
  current.record({ type: 'rollout.ended', version, outcome, live, sentence });
}

/** Its release hears of everything at once; one of many says less, by way of the batch. */
async function inform(input: RolloutInput, events: CrescendoEvent[]): Promise<void> {
  const { parent } = workflowInfo();
  if (!parent) return;
  const told = input.brief ? events.flatMap(brieflyOf) : events;
  if (told.length === 0) return;
  const listener = input.brief ? parent.workflowId : releaseWorkflowId(input.release);
  try {
    const handle = getExternalWorkflowHandle(listener);
    await handle.signal(environmentEventsSignal, told, input.attempt);
  } catch (error) {
    // The release is gone (terminated): its guardian starts what is needed to come back.
    if (!(error instanceof Error)) throw ApplicationFailure.fromError(error);
  }
}

function brieflyOf(event: CrescendoEvent): CrescendoEvent[] {
  const brief = event.environment === null ? event : briefly(event);
  return brief ? [brief] : [];
}

function openRollout(input: RolloutInput): Rollout {
  const id = rolloutWorkflowId(input.release, input.plan.environment);
  const source = input.attempt === 1 ? id : `${id}#${input.attempt}`;
  const scribe = startScribe(source, input.release, (events) => inform(input, events));
  const current = createRollout(input, scribe);
  for (const action of actions) {
    const description = actionDescriptions[action];
    heed(
      actionSignal(action),
      (message) => steer(current, action, parseActionMessage(message)),
      description,
    );
  }
  const conclusion = 'The release is over: the old version is retired';
  heed(concludeSignal, () => void (current.requests.conclude = true), conclusion);
  const watch = 'Its wave is there: it is watched once more before the next begins';
  heed(settleSignal, (message) => void (current.requests.settle = message), watch);
  const moved = 'Freezes or holds have changed: ask the calendar again at once';
  heed(calendarChangedSignal, () => void (current.requests.calendarNews += 1), moved);
  setHandler(rolloutQuery, () => current.progress, { description: 'The progress of this rollout' });
  return current;
}
