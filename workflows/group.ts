/** A group: the releases of several applications, in their order, and all of them back when one turns. */

import {
  allHandlersFinished,
  CancellationScope,
  condition,
  workflowInfo,
} from '@temporalio/workflow';
import {
  failureOf,
  groupOutcome,
  isThere,
  newGroup,
  nextMembers,
  returnLayers,
  type GroupMember,
  type GroupProgress,
} from '../domain/group.ts';
import { policyActor, type Actor } from '../domain/release.ts';
import { sentenceOf } from './causes.ts';
import { registerGroupHandlers } from './group-handlers.ts';
import {
  asGroup,
  change,
  changeMember,
  callBack,
  memberOf,
  steer,
  tellAll,
  type GroupInput,
  type GroupTurn,
  type RunningGroup,
} from './group-state.ts';
import { togetherSignal, type GroupBackMessage } from './messages.ts';
import { involving } from './proxies.ts';
import { now, waitUntil } from './rollout-state.ts';

/** Milliseconds until the next layer goes back although the one before it is not there yet. */
const returnPatience = 60_000;

/** Ends when the releases of all its applications have. */
export async function group(input: GroupInput): Promise<GroupProgress> {
  const { by, reason } = input;
  const start = { by, reason, startedAt: now() };
  const progress = newGroup(input.group, start);
  const running: RunningGroup = { input, progress, turn: null, returned: new Set(), early: [] };
  registerGroupHandlers(running);
  await CancellationScope.nonCancellable(async () => {
    change(running, {});
    await goForward(running);
    if (running.turn) await goBack(running, running.turn);
    const outcome = groupOutcome(running.progress);
    const sentence = running.progress.cause ?? 'all applications are at 100 %';
    change(running, { stage: 'ended', outcome, sentence, endedAt: now() });
    await condition(allHandlersFinished);
  });
  return running.progress;
}

/** One layer after the other; resolves when all releases have ended well, or when it has to turn. */
async function goForward(running: RunningGroup): Promise<void> {
  for (;;) {
    const { progress } = running;
    const failure = failureOf(progress);
    if (failure !== null) running.turn ??= { cause: failure, by: policyActor, reason: failure };
    if (running.turn || progress.members.every(({ state }) => state === 'ended')) return;
    if (progress.stage === 'forward' && progress.members.every(isThere)) {
      change(running, { stage: 'together' });
      await tellAll(running, (handle) => handle.signal(togetherSignal));
    }
    for (const member of nextMembers(running.progress)) await begin(running, member);
    await condition(() => running.progress !== progress || running.turn !== null);
  }
}

/** A refusal is the end of the whole group: it could never be there together. */
async function begin(running: RunningGroup, { application }: GroupMember): Promise<void> {
  const { group: spec, by, reason } = running.input;
  const version = spec.applications[application]?.version;
  if (!version || running.turn) return;
  const key = keyOf(application);
  try {
    const asked = { group: spec.group, application, version, by, reason, key };
    const { release } = await involving.submitMember(asked);
    changeMember(running, application, { state: 'under way', release });
    const message = { by: policyActor, reason: 'the group is paused' };
    if (running.progress.paused) await steer(running, application, 'pause', message);
  } catch (error) {
    const sentence = sentenceOf(error);
    changeMember(running, application, { state: 'ended', outcome: 'rejected', sentence });
  }
}

/** The same for every try of this run, and another for the next run of the group. */
function keyOf(application: string): string {
  return `group:${workflowInfo().runId}:${application}`;
}

/** Who depends on others leaves first. What is over is brought back by a release of its own. */
async function goBack(running: RunningGroup, turn: GroupTurn): Promise<void> {
  // Those that were all there have met each other: their old versions come back by a rollback, as
  // a person means it. Before that the versions are not to blame for their neighbour.
  const action = running.progress.stage === 'together' ? 'rollback' : 'abort';
  change(running, { stage: 'rollback', cause: turn.cause });
  const message = { action, by: turn.by, reason: asGroup(running, turn.reason) } as const;
  const coming: Promise<void>[] = [];
  for (const layer of returnLayers(running.input.group)) {
    coming.push(...layer.map((name) => comeBack(running, name, message)));
    const back = () => layer.every((name) => isBack(running, name));
    await waitUntil(back, returnPatience, `until ${layer.join(', ')} are back`);
  }
  await Promise.all(coming);
}

/** One that ends well in spite of it could not be stopped any more, and goes back all the same. */
async function comeBack(
  running: RunningGroup,
  application: string,
  message: GroupBackMessage,
): Promise<void> {
  await callBack(running, application, message);
  await condition(() => isBack(running, application) || hasEndedWell(running, application));
  if (!hasEndedWell(running, application)) return;
  await returnEnded(running, application, message);
  await condition(() => isBack(running, application));
}

/** Its release is over and the old version may be gone: the guardian goes back by its ledger. */
async function returnEnded(
  running: RunningGroup,
  application: string,
  { by, reason }: { by: Actor; reason: string },
): Promise<void> {
  const { group: name } = running.input.group;
  const key = `${keyOf(application)}:back`;
  try {
    const asked = { group: name, application, by, reason, key };
    const { release } = await involving.returnMember(asked);
    running.returned.add(application);
    changeMember(running, application, { state: 'under way', release, outcome: null });
  } catch (error) {
    const sentence = `could not go back: ${sentenceOf(error)}`;
    changeMember(running, application, { outcome: 'rollback_failed', sentence });
  }
}

function isBack(running: RunningGroup, application: string): boolean {
  const { state } = memberOf(running, application) ?? { state: 'ended' };
  return state === 'waiting' || (state === 'ended' && !hasEndedWell(running, application));
}

/** At 100 % for good, with nothing on its way back. */
function hasEndedWell(running: RunningGroup, application: string): boolean {
  const { state, outcome } = memberOf(running, application) ?? {};
  return state === 'ended' && outcome === 'succeeded' && !running.returned.has(application);
}
