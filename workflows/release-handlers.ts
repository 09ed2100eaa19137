/** The doors of a release: every action as update and as signal, its queries, its guardian's word. */

import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import { isWatchedBack } from '../domain/after-rollback.ts';
import {
  actionDescriptions,
  actions,
  refusal,
  type Action,
  type ActionRequest,
} from '../domain/actions.ts';
import { isLargePlan } from '../domain/brief.ts';
import { rolloutEventTypes } from '../domain/events.ts';
import { policyActor } from '../domain/release.ts';
import { isRecord } from '../domain/json.ts';
import { packLarge, unpack } from '../domain/pack.ts';
import type { ReleaseProgress } from '../domain/progress.ts';
import { parseActionMessage } from './action-message.ts';
import { noteEnds, steerFleet, tellCalendar, type Fleet } from './fleet.ts';
import { heed } from './heed.ts';
import {
  actionSignal,
  actionUpdate,
  admitSignal,
  calendarChangedSignal,
  ciChangedSignal,
  environmentEventsSignal,
  groupBackSignal,
  progressQuery,
  recallSignal,
  refuseSignal,
  togetherSignal,
  yieldSignal,
  type GroupBackMessage,
  type RecallMessage,
  type ReleaseHead,
} from './messages.ts';
import { take, type Release } from './release-state.ts';
import type { Reporter } from './reporter.ts';

/** So many decisions are remembered, to know a repeat when it comes. */
const rememberedIds = 1000;

export function registerReleaseHandlers(release: Release, fleet: Fleet, reporter: Reporter): void {
  const seen = new Set<string>();

  async function carryOut(action: Action, request: ActionRequest): Promise<void> {
    seen.add(request.id);
    const [oldest] = seen;
    if (seen.size > rememberedIds && oldest !== undefined) seen.delete(oldest);
    take(release, action, request);
    // A turn of the whole release is carried out by its body, in its own order; while it does that,
    // the word is for those that hold before a one-way door.
    const turns = action === 'rollback' || action === 'abort';
    const ownTurn = turns && release.progress.stage !== 'rollback';
    if (!ownTurn || request.environment !== null) {
      await steerFleet(release, fleet, action, request);
    }
  }

  for (const action of actions) {
    const description = actionDescriptions[action];
    setHandler(
      actionUpdate(action),
      async (message) => {
        const request = parseActionMessage(message);
        if (!seen.has(request.id)) await carryOut(action, request);
        return headOf(release.progress);
      },
      { description, validator: (message) => validate(release, seen, action, message) },
    );
    heed(
      actionSignal(action),
      async (message) => {
        const request = parseActionMessage(message);
        // Nobody waits for the answer to a signal: what cannot be done is left undone.
        if (seen.has(request.id) || reasonAgainst(release, action, request)) return;
        await carryOut(action, request);
      },
      description,
    );
  }

  setHandler(progressQuery, () => packLarge(release.progress), {
    description: 'The progress of this release',
  });
  heed(environmentEventsSignal, (events, attempt) => {
    if (!events.every(isRolloutEvent)) throw new Error('these are no events of a rollout');
    release.observe(events);
    reporter.observe(events);
    noteEnds(fleet, events, attempt);
    for (const { type, environment } of events) {
      if (type === 'rollback.returned') void hurry(release, fleet, environment);
    }
  });
  const moved = 'Freezes or holds have changed: ask the calendar again at once';
  heed(calendarChangedSignal, () => tellCalendar(fleet), moved);
  const news = 'CI has news for the commit: look again at once';
  heed(ciChangedSignal, () => void (release.requests.ciNews += 1), news);
  heed(admitSignal, (message) => {
    const { plan, spec, turn } = unpack(message);
    if (release.requests.admitted || !isRecord(plan) || !isRecord(spec)) return;
    if (!Number.isSafeInteger(turn) || turn < 1) return;
    release.input = { ...release.input, spec, turn };
    release.requests.admitted = plan;
  });
  heed(refuseSignal, ({ outcome, sentence }) => {
    if (outcome !== 'rejected' && outcome !== 'superseded') return;
    release.requests.refused ??= { outcome, sentence: sentence };
  });
  heed(yieldSignal, async ({ urgent = false }) => {
    release.requests.yielded = true;
    release.requests.hurried ||= urgent;
    if (release.input.mode === 'return') await hurry(release, fleet, null);
  });
  heed(togetherSignal, () => void (release.requests.together = true));
  heed(groupBackSignal, (message) => leaveWithGroup(release, message));
  heed(recallSignal, (message) => beRecalled(release, fleet, message));
}

/** The guardian has checked what a person could be refused; what has begun already goes on. */
async function beRecalled(release: Release, fleet: Fleet, message: RecallMessage): Promise<void> {
  const { action, by, reason, force, waiting } = message;
  const { stage } = release.progress;
  if (stage === 'ended') return;
  release.requests.hurried ||= waiting !== null;
  // What has reached 100 % yields; what goes back already only has to be hurried.
  const turns = stage !== 'rollback' && !(stage === 'warm' && action === 'abort');
  const common = { id: 'recall', by, environment: null, full: false, step: null };
  const request = { ...common, reason, ...(force ? { force } : {}) };
  if (turns) take(release, action, request);
  else if (force && stage === 'rollback') await steerFleet(release, fleet, action, request);
  await hurry(release, fleet, null);
}

/**
 * An abort is refused to people at 100 %, where a rollback says what they mean. A group means that the
 * version that served before comes back and that this one is not to blame, also when this release has
 * gone on alone. What is over or cannot be stopped any more, the group brings back by a return.
 */
function leaveWithGroup(release: Release, { action, by, reason }: GroupBackMessage): void {
  const request = { id: 'group', by, reason, environment: null, full: false, step: null };
  const asked = release.progress.stage === 'warm' ? 'rollback' : action;
  if (reasonAgainst(release, asked, request) === null) take(release, action, request);
}

/** Ends the watches after a rollback or a return, because a return goes on from there. */
async function hurry(release: Release, fleet: Fleet, environment: string | null): Promise<void> {
  if (!release.requests.hurried) return;
  const common = { id: 'hurry', by: policyActor, full: false, step: null };
  const reason = 'a return goes before';
  const { rollouts } = release.progress;
  const watched = Object.keys(rollouts).filter((name) => {
    const rollout = rollouts[name];
    return (environment ?? name) === name && rollout !== undefined && isWatchedBack(rollout);
  });
  const only = new Set(watched);
  await steerFleet(release, fleet, 'skip', { ...common, reason, environment: null }, only);
}

/** Sent by hand it could be anything, and the fold would keep it for ever. */
function isRolloutEvent(event: unknown): boolean {
  if (!isRecord(event)) return false;
  const known = rolloutEventTypes.some((type) => type === event['type']);
  return known && typeof event['environment'] === 'string';
}

/** Everything but what grows with the number of environments. */
export function headOf({
  plan: _plan,
  rollouts: _rollouts,
  ...head
}: ReleaseProgress): ReleaseHead {
  return head;
}

/** Why not, in this very moment; null when it can be done. */
function reasonAgainst(release: Release, action: Action, request: ActionRequest): string | null {
  if (release.requests.closing && release.progress.stage === 'warm') {
    return 'it has succeeded and the old version is being retired; use `crescendo rollback APPLICATION`';
  }
  const reason = refusal(release.progress, action, request);
  const { stage, plan, rollouts } = release.progress;
  // Of many environments the news are late: those that are at work know better where they are.
  const running = stage === 'staging' || stage === 'production';
  const late = running && isLargePlan(plan) && lateKnowledge.has(action);
  const known = request.environment === null || rollouts[request.environment] !== undefined;
  const reasoned = request.reason !== null || action !== 'skip';
  return late && known && reasoned ? null : reason;
}

/** Actions that depend on the very step at which an environment is. */
const lateKnowledge = new Set<Action>(['promote', 'skip']);

/** Refuses at once, with the reason. Must stay synchronous: an async validator blocks every update. */
function validate(
  release: Release,
  seen: ReadonlySet<string>,
  action: Action,
  message: unknown,
): void {
  const request = parseActionMessage(message);
  if (seen.has(request.id)) return;
  const reason = reasonAgainst(release, action, request);
  if (reason === null) return;
  const code = release.progress.stage === 'ended' ? 'release_ended' : 'action_refused';
  throw ApplicationFailure.nonRetryable(`cannot ${action}: ${reason}`, code);
}
