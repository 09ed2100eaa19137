/** What a rollout knows and was told: its progress, what people asked for, and its helpers. */

import { condition, setCurrentDetails } from '@temporalio/workflow';
import type { BakeLimits, JudgeMemory } from '../domain/analysis/verdict.ts';
import type { Action, ActionRequest } from '../domain/actions.ts';
import { overrideTimes, type Override } from '../domain/calendar/override.ts';
import { isWatchedBack } from '../domain/after-rollback.ts';
import type { Closing } from '../domain/calendar/window.ts';
import type { RolloutEvent, RolloutEventBody, Wait } from '../domain/events.ts';
import { describeRollout } from '../domain/view.ts';
import { approvalRefusal, missing, type StepGate } from '../domain/gates.ts';
import type { ReleaseId } from '../domain/ids.ts';
import type { RolloutPlan } from '../domain/plan.ts';
import type { Actor, Version } from '../domain/release.ts';
import {
  advanceRollout,
  newRollout,
  type RolloutProgress,
  type RolloutStage,
} from '../domain/rollout-progress.ts';
import type { Spec } from '../domain/spec.ts';
import { audienceOf, isNamed } from '../domain/strategy.ts';
import { decided } from '../domain/words.ts';
import type { SettleMessage } from './messages.ts';
import type { Scribe } from './scribe.ts';
import { setAttributes } from './search-attributes.ts';

export interface RolloutInput {
  release: ReleaseId;
  /** Of its release in the lane: rises with every release that may change environments. */
  turn: number;
  plan: RolloutPlan;
  policy: Spec['policy'];
  /** Milliseconds until an unfinished rollback pages. */
  rollbackDeadline: number;
  /** `return`: what began was lost; bring the environment back without trying anything else. */
  mode: 'forward' | 'return';
  /** Of the calendar, given before it started. */
  overrides?: Override[];
  /** 1, and one more each time a rollout had to be started again. */
  attempt: number;
  /** An emergency return: nothing that stops what goes forward stops it. */
  urgent?: true;
  /** One of many: its release gets what it decides by, and by way of the batch. */
  brief?: true;
  /** Who started the release: gates can exclude them. Absent in runs from before there were any. */
  initiator?: string;
}

/** Why a rollout turns back, and where it goes. */
export interface Departure {
  cause: string;
  by: Actor;
  /** `stable`: an abort, the version itself is not to blame. */
  to: 'designated' | 'stable';
  /** A person's explicit word: also past a one-way door. */
  forced?: true;
}

/** What was asked of a rollout and not yet done. */
export interface RolloutRequests {
  paused: boolean;
  /** How often somebody paused, to know a new pause from an old one. */
  pauses: number;
  /** Rises with every change of freezes or holds. */
  calendarNews: number;
  /** Of the calendar, in the order they were given; over or in force. */
  overrides: Override[];
  promotion: { by: Actor; reason: string | null; full: boolean } | null;
  retry: boolean;
  skip: boolean;
  /** Who skipped last, and why. */
  skipped: string | null;
  departure: Departure | null;
  /** The release says that it is over: retire the old version. */
  conclude: boolean;
  /** The latest watch that was asked for after a wave. */
  settle: SettleMessage | null;
}

export interface Rollout {
  input: RolloutInput;
  plan: RolloutPlan;
  candidate: Version;
  progress: RolloutProgress;
  requests: RolloutRequests;
  /** What the judge has learned, handed from watch to watch. */
  memory: JudgeMemory;
  /** True once a share above 0 % was asked for: from then on people may have met the candidate. */
  exposed: boolean;
  /** Names of versions that do not run any more once the candidate was there: a round trip's find. */
  missing: Set<string>;
  /** A version that is up for a round trip only. */
  guest: Version | null;
  /** Gates of the plan that are behind it. */
  passedGates: Set<StepGate>;
  /** What the closing of the last window that was open does; null before one was. */
  onClose: Closing | null;
  /** Watches so far: part of each bake's id. */
  watches: number;
  scribe: Scribe;
  /** Puts an event on the record and into the progress. */
  record(body: RolloutEventBody): void;
  /** The next fence for the router: higher than all before, in this release and earlier ones. */
  nextFence(): number;
}

/** Stages that people filter by; each costs an event of history, so steps do not count. */
const searchableStages = new Set<RolloutStage>(['hold', 'finished', 'rollback', 'ended']);

const fencesPerAttempt = 10_000;
const attemptsPerTurn = 100;

export function createRollout(input: RolloutInput, scribe: Scribe): Rollout {
  let fences = 0;
  const rollout: Rollout = {
    input,
    plan: input.plan,
    candidate: input.plan.version,
    progress: newRollout(input.plan.environment, now()),
    requests: {
      paused: false,
      pauses: 0,
      calendarNews: 0,
      overrides: input.overrides ?? [],
      promotion: null,
      retry: false,
      skip: false,
      skipped: null,
      departure: null,
      conclude: false,
      settle: null,
    },
    memory: {},
    exposed: false,
    missing: new Set(),
    guest: null,
    passedGates: new Set(),
    onClose: null,
    watches: 0,
    scribe,
    record(body) {
      const { environment } = input.plan;
      const event: RolloutEvent = { ...named(input.plan, body), at: now(), environment };
      const before = rollout.progress.stage;
      rollout.progress = advanceRollout(rollout.progress, event);
      scribe.write(event);
      setCurrentDetails(describeRollout(rollout.progress, input.plan));
      const { stage } = rollout.progress;
      if (stage !== before && searchableStages.has(stage)) setAttributes({ CrescendoStage: stage });
    },
    nextFence() {
      fences += 1;
      return (input.turn * attemptsPerTurn + input.attempt) * fencesPerAttempt + fences;
    },
  };
  return rollout;
}

/** A step that is no mere weight is called by what it reaches, wherever it is spoken of. */
function named({ steps }: RolloutPlan, body: RolloutEventBody): RolloutEventBody {
  if (!('weight' in body) || body.step === null) return body;
  const step = steps[body.step - 1];
  return step && isNamed(step) ? { ...body, audience: audienceOf(step) } : body;
}

/** Stages in which an action means something; absent: in all. */
const listening: Partial<Record<Action, RolloutStage[]>> = {
  approve: ['hold'],
  promote: ['bake', 'hold'],
  retry: ['hold', 'rollback'],
  skip: ['test', 'hold', 'rollback'],
};

/** A watch after a return is heard out beside what else the stage listens to. */
function listens({ stage, back }: RolloutProgress, action: Action): boolean {
  const watched = isWatchedBack({ back }) && (action === 'retry' || action === 'skip');
  return watched || (listening[action]?.includes(stage) ?? true);
}

/** Takes an action of a person or of the release over; the body of the workflow acts on it. */
export function steer(
  rollout: Rollout,
  action: Action,
  request: Omit<ActionRequest, 'id' | 'environment'>,
): void {
  const { requests, progress } = rollout;
  const { by, reason, full } = request;
  const because = (verb: string) => decided(verb, by, reason);
  if (!listens(progress, action)) return;
  switch (action) {
    case 'pause':
      requests.paused = true;
      requests.pauses += 1;
      return;
    case 'resume':
      requests.paused = false;
      return;
    case 'promote':
      // A word for a step that is over by now must not take the next one as well.
      if (request.step !== null && request.step !== progress.step) return;
      // Nor can it stand for the approvals of a gate, or for the end of a stop.
      const { wait } = progress;
      const open = progress.gate === null && wait?.key !== 'stop' && wait?.key !== 'way-back';
      if (open && (progress.stage === 'bake' || progress.stage === 'hold'))
        requests.promotion = { by, reason, full };
      return;
    case 'retry':
      requests.retry = true;
      return;
    case 'skip':
      requests.skip = true;
      requests.skipped = because('skipped');
      return;
    case 'rollback':
      depart(rollout, request, { cause: because('rolled back'), by, to: 'designated' });
      return;
    case 'reject':
      closeWithNo(rollout, because('rejected'));
      depart(rollout, request, { cause: because('rejected'), by, to: 'designated' });
      return;
    case 'abort':
      depart(rollout, request, { cause: because('aborted'), by, to: 'stable' });
      return;
    case 'override':
      if (reason === null) return;
      requests.overrides.push({
        by,
        reason,
        until: inTime(request.for ?? overrideTimes.action),
        environment: null,
      });
      requests.calendarNews += 1;
      return;
    case 'approve':
      approve(rollout, by, reason);
  }
}

/** The first word counts, unless a later one goes where the first one may not. */
function depart(
  { requests }: Rollout,
  { force }: Pick<ActionRequest, 'force'>,
  departure: Departure,
): void {
  if (force && !requests.departure?.forced) requests.departure = { ...departure, forced: true };
  else requests.departure ??= departure;
}

function approve({ progress, record }: Rollout, by: Actor, reason: string | null): void {
  const { gate } = progress;
  if (!gate || approvalRefusal(gate, by) !== null) return;
  record({ type: 'gate.approved', gate: gate.gate, by, reason, missing: missing(gate) - 1 });
}

function closeWithNo({ progress, record }: Rollout, sentence: string): void {
  const { gate } = progress;
  if (gate) record({ type: 'gate.closed', gate: gate.gate, approved: false, sentence });
}

/** A wait that begins now. */
export function waitFrom(key: string, what: string, ms: number | null, then: string): Wait {
  const until = ms === null ? null : inTime(ms);
  return { key, for: what, since: now(), until, then };
}

/** ISO 8601, so many milliseconds from now. */
export function inTime(ms: number): string {
  return new Date(Date.now() + ms).toISOString();
}

/** ISO 8601 of the workflow's clock. */
export function now(): string {
  return new Date(Date.now()).toISOString();
}

/** Waits until `done`, at most `ms`; true when it came to be. The summary names the timer. */
export function waitUntil(done: () => boolean, ms: number, summary: string): Promise<boolean> {
  return condition(done, ms, { summary: summary.slice(0, 120) });
}

/** The limits of a guard: it watches a held weight until it is cancelled. */
export const guardLimits: BakeLimits = { min: 0, max: 0, mode: 'guard' };
