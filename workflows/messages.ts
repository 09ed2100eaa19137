/** Signals, updates and queries: name, payload, answer. The one thing callers need of workflows. */

import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Action } from '../domain/actions.ts';
import type { Estate } from '../domain/estate.ts';
import type { Hold, HoldRequest, Stops } from '../domain/calendar/hold.ts';
import type { CrescendoEvent } from '../domain/events.ts';
import type { GroupAction, GroupProgress, MemberReport } from '../domain/group.ts';
import type { Lane } from '../domain/lane.ts';
import type { Ledger } from '../domain/ledger.ts';
import type { Packable } from '../domain/pack.ts';
import type { Plan, PlanContext } from '../domain/plan.ts';
import type { ReleaseProgress } from '../domain/progress.ts';
import type { Actor, Version } from '../domain/release.ts';
import type { RolloutProgress } from '../domain/rollout-progress.ts';
import type { Spec } from '../domain/spec.ts';

/** What a bot or a person may send by hand; everything but `by` may be left out. */
export interface ActionMessage {
  id?: string | undefined;
  by?: string | Actor | undefined;
  reason?: string | null | undefined;
  environment?: string | null | undefined;
  full?: boolean | undefined;
  step?: number | null | undefined;
  /** Also past a one-way door. */
  force?: boolean | undefined;
  /** Milliseconds, or a duration such as `2h`. */
  for?: number | string | null | undefined;
}

/**
 * Answer of every action update, and result of a release: the progress right after it, but for what
 * grows with the number of environments. Both stay in the history.
 */
export type ReleaseHead = Omit<ReleaseProgress, 'plan' | 'rollouts'>;

/** The same names as updates (refused at once, with a reason) and as signals (for bots). */
export function actionUpdate(action: Action) {
  return defineUpdate<ReleaseHead, [ActionMessage]>(action);
}
export function actionSignal(action: Action) {
  return defineSignal<[ActionMessage]>(action);
}

/**
 * Release: its progress, the same as on every screen. Of more than 25 environments it keeps what it
 * decides by, and leaves evidence and logs to the journal.
 */
export const progressQuery = defineQuery<Packable<ReleaseProgress>>('progress');
/** Release: CI has news for its commit, so it looks again at once. */
export const ciChangedSignal = defineSignal<[]>('ciChanged');

/** Application: takes a specification over. */
export interface ApplyRequest {
  spec: Spec;
  by: Actor;
}
export interface ApplyAnswer {
  /** Rises by one with every specification that differs from the one before. */
  revision: number;
  changed: boolean;
}
export const applyUpdate = defineUpdate<ApplyAnswer, [ApplyRequest]>('apply');

/** Application: starts a release of a version, or of a return to an earlier one. */
export interface SubmitRequest {
  version: Version;
  by: Actor;
  reason: string | null;
  /** From the caller; the same key with the same request gives the same release. */
  idempotencyKey: string | null;
  /** Why a quarantined version is released all the same. */
  quarantineOverride: string | null;
  /** Why, and for how many milliseconds, the calendar is overridden; absent: it is not. */
  override?: { reason: string; for: number };
  /** Why it takes the express lane; absent: it does not. */
  hotfix?: string;
  /** The group that it is released with; absent: none. */
  group?: string;
  /** What each router vendor can do, as the API knows it. */
  powers?: PlanContext['powers'];
}
export interface SubmitAnswer {
  number: number;
  /** Releases ahead in the lane; 0 when it starts at once. */
  ahead: number;
  /** True when the idempotency key had been used for this very request. */
  repeated: boolean;
}
export const submitUpdate = defineUpdate<SubmitAnswer, [SubmitRequest]>('submit');

/** Application: goes back to an earlier version with no release under way. */
export interface ReturnRequest {
  /** Version name; null: the last good one of each environment. */
  to: string | null;
  by: Actor;
  reason: string | null;
  idempotencyKey: string | null;
  /** Also past a one-way door; needs a reason. */
  force?: boolean;
  /** The group that it goes back with; absent: none. */
  group?: string;
}
export const returnUpdate = defineUpdate<SubmitAnswer, [ReturnRequest]>('rollback');

export interface LiftRequest {
  version: string;
  by: Actor;
  reason: string;
}
export const liftQuarantineUpdate = defineUpdate<void, [LiftRequest]>('liftQuarantine');

/** Application and estate: nothing goes forward until it is lifted or over. */
export const holdUpdate = defineUpdate<Hold, [HoldRequest]>('hold');
export interface UnholdRequest {
  id: string;
  by: Actor;
  reason: string | null;
}
export const unholdUpdate = defineUpdate<Hold, [UnholdRequest]>('unhold');
/** Application: its freezes and holds, for the activity that asks whether the way is free. */
export const stopsQuery = defineQuery<Stops>('stops');
/** Guardian or estate → release → batch → rollout: freezes or holds have changed, so ask again. */
export const calendarChangedSignal = defineSignal<[]>('calendarChanged');

/** Application: everything it guards. */
export interface ApplicationState {
  application: string;
  spec: Spec | null;
  revision: number;
  nextRelease: number;
  lane: Lane;
  ledger: Ledger;
  /** In force or to come; absent while there has never been one. */
  holds?: Hold[];
}
export const applicationQuery = defineQuery<Packable<ApplicationState>>('application');

/** Application: task queues of the workers that its environments name. */
export const queuesQuery = defineQuery<string[]>('queues');
/** Estate: what holds for all applications, and the two decisions about it. */
export const estateQuery = defineQuery<Estate>('estate');
export const stopAllUpdate = defineUpdate<Estate, [ActionMessage]>('stop');
export const resumeAllUpdate = defineUpdate<Estate, [ActionMessage]>('resume');

/** Guardian → release: the lane is yours; this is the plan. */
export const admitSignal = defineSignal<[Packable<AdmitMessage>]>('admit');
export interface AdmitMessage {
  plan: Plan;
  /** The specification the plan was made from; it may have changed while the release waited. */
  spec: Spec;
  /** Rises with every admission of this application: releases need not have the lane in their order. */
  turn: number;
}
/** Guardian → release: it cannot be started any more. */
export const refuseSignal =
  defineSignal<[{ outcome: 'rejected' | 'superseded'; sentence: string }]>('refuse');
/** Guardian → release: the next one waits, stop keeping the old version warm. */
export const yieldSignal = defineSignal<[{ to: number; urgent?: boolean }]>('yield');
/** Guardian → release: it is called back, for itself or for a return that goes first. */
export const recallSignal = defineSignal<[RecallMessage]>('recall');
export interface RecallMessage {
  /** `abort`: to stable, the version itself is not to blame. */
  action: 'rollback' | 'abort';
  by: Actor;
  reason: string | null;
  /** Also past a one-way door. */
  force: boolean;
  /** The return that waits for it: nothing is watched meanwhile. Null: none does. */
  waiting: string | null;
}

/** Release → guardian: what the ledger has to know. */
export type ReleaseReport =
  /** The version passed its last bake here: it has the audience, and may be returned to. */
  | { kind: 'finished'; release: number; environment: string; version: string; at: string }
  /** The version had traffic here and lost it again; `live` has the audience now. */
  | {
      kind: 'returned';
      release: number;
      environment: string;
      version: string;
      live: string | null;
      at: string;
    }
  /** People meet a version there that cannot be gone back past. */
  | {
      kind: 'door';
      release: number;
      environment: string;
      version: string;
      reason: string;
      at: string;
    }
  | { kind: 'quarantine'; release: number; version: string; reason: string; at: string }
  | { kind: 'warm'; release: number }
  | { kind: 'ended'; release: number };
export const reportSignal = defineSignal<[ReleaseReport[]]>('report');

/** Release → batch → rollout: its wave is there (or a later one), so it is watched once more. */
export const settleSignal = defineSignal<[SettleMessage]>('settle');
export interface SettleMessage {
  wave: number;
  /** Milliseconds. */
  bake: { min: number; max: number };
}

/** Rollout: its progress. */
export const rolloutQuery = defineQuery<RolloutProgress>('progress');
/** Batch → rollout: the release is over, retire the old version. */
export const concludeSignal = defineSignal<[]>('conclude');
/**
 * Rollout → release: what happened in an environment, and which attempt says so. In a release of many
 * environments it goes to the batch, which passes on what several of them have to say.
 */
export const environmentEventsSignal =
  defineSignal<[CrescendoEvent[], attempt: number]>('environmentEvents');

/** Release → group: it is at 100 %, or over. */
export const memberSignal = defineSignal<[MemberReport]>('member');
/** Group → release: all others are there too, so the old version may retire as ever. */
export const togetherSignal = defineSignal<[]>('together');
/** Group → release: its group goes back, and this release with it, wherever it stands. */
export const groupBackSignal = defineSignal<[GroupBackMessage]>('groupBack');
export interface GroupBackMessage {
  /** `abort`: the version is not to blame. */
  action: 'rollback' | 'abort';
  by: Actor;
  reason: string;
}
/** Group: its progress, and what people may do to all of it. */
export const groupQuery = defineQuery<GroupProgress>('progress');
export function groupUpdate(action: GroupAction) {
  return defineUpdate<GroupProgress, [ActionMessage]>(action);
}
export function groupSignal(action: GroupAction) {
  return defineSignal<[ActionMessage]>(action);
}
