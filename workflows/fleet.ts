/** The fleet: a release's rollouts as children, which it starts, steers, and waits for. */

import {
  CancellationScope,
  ChildWorkflowCancellationType,
  condition,
  getExternalWorkflowHandle,
  log,
  ParentClosePolicy,
  sleep,
  startChild,
  WorkflowIdReusePolicy,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { Action, ActionRequest } from '../domain/actions.ts';
import { rolloutWorkflowId } from '../domain/ids.ts';
import type { RolloutPlan } from '../domain/plan.ts';
import { policyActor } from '../domain/release.ts';
import type { RolloutProgress, RolloutStage } from '../domain/rollout-progress.ts';
import {
  actionSignal,
  calendarChangedSignal,
  concludeSignal,
  settleSignal,
  type ActionMessage,
  type SettleMessage,
} from './messages.ts';
import type { Release } from './release-state.ts';
import type { rollout, RolloutInput } from './rollout.ts';
import { attributes } from './search-attributes.ts';

/** The rollouts of a release, in the order of their start. */
export interface Fleet {
  members: Map<string, Member>;
}

interface Member {
  plan: RolloutPlan;
  attempt: number;
  /** Null until it has started. */
  handle: ChildWorkflowHandle<typeof rollout> | null;
  /** Its environment is served by one version, and nothing more will happen there. */
  ended: boolean;
  /** Resolves when its workflow is over: all that it has to say is on record. */
  closed: Promise<void>;
}

/** Pause before a start is tried again while an earlier run holds the id, in milliseconds. */
const orphanPause = 2000;

export function createFleet(): Fleet {
  return { members: new Map() };
}

/** Starts one. It lives on when the forward path is cancelled: it has to come back by itself. */
export async function startRollout(
  release: Release,
  fleet: Fleet,
  plan: RolloutPlan,
  mode: RolloutInput['mode'],
): Promise<void> {
  await CancellationScope.nonCancellable(async () => {
    const attempt = (release.input.attempt - 1) * 10 + 1;
    const member: Member = { plan, attempt, handle: null, ended: false, closed: Promise.resolve() };
    fleet.members.set(plan.environment, member);
    await startMember(release, member, mode);
    member.closed = follow(release, member);
    // A pause that was accepted while it started has not reached it.
    if (release.progress.paused) await tell(member, (handle) => handle.signal(pausing, byPolicy));
  });
}

const pausing = actionSignal('pause');
const byPolicy: ActionMessage = { by: policyActor, reason: 'the release is paused' };

/**
 * An earlier run of the release may have left this rollout running: that one is told to come back,
 * and the id is free once it has.
 */
async function startMember(
  release: Release,
  member: Member,
  mode: RolloutInput['mode'],
): Promise<void> {
  for (;;) {
    try {
      member.handle = await startAttempt(release, member, mode);
      return;
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      const id = rolloutWorkflowId(release.input.release, member.plan.environment);
      const reason = 'its release was lost';
      const orphan = getExternalWorkflowHandle(id);
      await orphan.signal(actionSignal('rollback'), { by: policyActor, reason }).catch(() => {});
      await sleep(orphanPause, { summary: `until ${id} has come back` });
    }
  }
}

function startAttempt(
  release: Release,
  { plan, attempt }: Member,
  mode: RolloutInput['mode'],
): Promise<ChildWorkflowHandle<typeof rollout>> {
  const { spec, release: id, turn } = release.input;
  const input: RolloutInput = {
    release: id,
    turn: turn ?? id.number,
    plan,
    policy: spec.policy,
    rollbackDeadline: spec.rollback.deadline,
    mode,
    attempt,
    initiator: release.input.by.id,
    ...(release.input.mode === 'return' ? { urgent: true as const } : {}),
    overrides: (release.progress.overrides ?? []).filter(
      (one) => (one.environment ?? plan.environment) === plan.environment,
    ),
  };
  return startChild<typeof rollout>('rollout', {
    workflowId: rolloutWorkflowId(id, plan.environment),
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    parentClosePolicy: ParentClosePolicy.ABANDON,
    cancellationType: ChildWorkflowCancellationType.ABANDON,
    args: [input],
    staticSummary: `${plan.version.name} in ${plan.environment}`,
    typedSearchAttributes: attributes({
      CrescendoApplication: id.application,
      CrescendoVersion: plan.version.name,
      CrescendoEnvironment: plan.environment,
      CrescendoStage: 'deploy',
    }),
  });
}

/** A rollout that was terminated left its environment half way: another one brings that back. */
async function follow(release: Release, member: Member): Promise<void> {
  for (;;) {
    try {
      await member.handle?.result();
      member.ended = true;
      return;
    } catch (error) {
      const { environment } = member.plan;
      log.error('a rollout was lost and is brought back', { environment, error: String(error) });
      member.attempt += 1;
      member.ended = false;
      await startMember(release, member, 'return');
    }
  }
}

/**
 * Notes that a rollout has ended, by its own word: its workflow stays open while the journal is
 * away, and a release need not wait for that.
 */
export function noteEnd(fleet: Fleet, environment: string, attempt: number): void {
  const member = fleet.members.get(environment);
  if (member?.attempt === attempt) member.ended = true;
}

/** Stages in which an action means something; absent: in all. */
const listening: Partial<Record<Action, RolloutStage[]>> = {
  approve: ['hold'],
  promote: ['bake', 'hold'],
  retry: ['hold', 'rollback'],
  skip: ['test', 'hold', 'rollback'],
};

/** Tells rollouts what a person wants. One that has just ended needs no telling. */
export async function steerFleet(
  release: Release,
  fleet: Fleet,
  action: Action,
  { environment, ...request }: ActionRequest,
  only?: ReadonlySet<string>,
): Promise<void> {
  const stages = listening[action];
  const { rollouts } = release.progress;
  const chosen = [...fleet.members].filter(([name, { ended }]) => {
    const stage = rollouts[name]?.stage ?? 'deploy';
    const addressed = environment === null ? (only?.has(name) ?? true) : environment === name;
    return !ended && addressed && (stages?.includes(stage) ?? true);
  });
  await Promise.all(
    chosen.map(([name, member]) => {
      // What was promoted is the step that was current when it was said, and no later one.
      const step = request.step ?? (action === 'promote' ? (rollouts[name]?.step ?? null) : null);
      const message = { ...request, step };
      return tell(member, (handle) => handle.signal(actionSignal(action), message));
    }),
  );
}

/** Watches every finished rollout once more; resolves when each has passed, or has gone back. */
export async function settleFleet(
  release: Release,
  fleet: Fleet,
  message: SettleMessage,
): Promise<void> {
  const { staging } = release.progress.plan ?? {};
  const watched = [...fleet.members].filter(([name, { ended }]) => {
    return !ended && name !== staging?.environment;
  });
  await Promise.all(
    watched.map(([, member]) => tell(member, (handle) => handle.signal(settleSignal, message))),
  );
  const settled = ([name, { ended }]: [string, Member]) =>
    ended || (release.progress.rollouts[name]?.settled ?? 0) >= message.wave;
  await condition(() => watched.every(settled));
}

/** Rollouts that wait for a freeze or a hold ask again. */
export async function tellCalendar({ members }: Fleet): Promise<void> {
  const open = [...members.values()].filter(({ ended }) => !ended);
  const told = open.map((member) => tell(member, (to) => to.signal(calendarChangedSignal)));
  await Promise.all(told);
}

/** The release is over: every rollout retires the old version and ends. */
export async function concludeFleet(release: Release, fleet: Fleet): Promise<RolloutProgress[]> {
  const members = [...fleet.members.values()];
  const open = members.filter(({ ended }) => !ended);
  await Promise.all(open.map((member) => tell(member, (handle) => handle.signal(concludeSignal))));
  await condition(() => members.every(({ ended }) => ended));
  const { rollouts } = release.progress;
  return members.flatMap(({ plan }) => rollouts[plan.environment] ?? []);
}

/** Resolves when the workflows of all rollouts are over, which may take as long as the journal is away. */
export async function allClosed(fleet: Fleet): Promise<void> {
  await Promise.all([...fleet.members.values()].map(({ closed }) => closed));
}

/** Also after the workflow was cancelled: those who come back still have to hear of a retry. */
async function tell(
  { handle, plan }: Member,
  signal: (handle: ChildWorkflowHandle<typeof rollout>) => Promise<void>,
): Promise<void> {
  if (!handle) return;
  try {
    await CancellationScope.nonCancellable(() => signal(handle));
  } catch (error) {
    log.info('a rollout could not be told', {
      environment: plan.environment,
      error: String(error),
    });
  }
}
