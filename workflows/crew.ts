/** The crew: the rollouts of a batch as its children, which it starts, tells, and never loses. */

import {
  ChildWorkflowCancellationType,
  getExternalWorkflowHandle,
  log,
  ParentClosePolicy,
  sleep,
  startChild,
  WorkflowIdReusePolicy,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { rolloutWorkflowId } from '../domain/ids.ts';
import { policyActor } from '../domain/release.ts';
import { actionSignal, calendarChangedSignal, concludeSignal, settleSignal } from './messages.ts';
import type { Order } from './orders.ts';
import type { rollout, RolloutInput } from './rollout.ts';
import { attributes } from './search-attributes.ts';

export interface Crew {
  /** Begins to carry orders out; everybody gets those that are meant for them in this order. */
  take(orders: readonly Order[]): void;
  /** True when no rollout is to come and the workflows of all are over. */
  isDone(): boolean;
}

interface Member {
  input: RolloutInput;
  handle: Handle | null;
  /** What it has been told so far; it starts with its start. */
  told: Promise<void>;
  /** Its workflow is over: all that it has to say is on record. */
  closed: boolean;
}

type Handle = ChildWorkflowHandle<typeof rollout>;

/** Pause before a start is tried again while an earlier run holds the id, in milliseconds. */
const orphanPause = 2000;

export function createCrew(): Crew {
  const members = new Map<string, Member>();
  let open = true;

  function tell(order: Exclude<Order, { do: 'start' }>): void {
    if (order.do === 'conclude' || order.do === 'close') open = false;
    for (const member of members.values()) {
      if (member.closed) continue;
      member.told = member.told.then(() => pass(member, order));
    }
  }

  return {
    take(orders) {
      for (const order of orders) {
        if (order.do !== 'start') tell(order);
        else if (!members.has(order.input.plan.environment)) {
          members.set(order.input.plan.environment, begin(order.input));
        }
      }
    },
    isDone: () => !open && [...members.values()].every(({ closed }) => closed),
  };
}

function begin(input: RolloutInput): Member {
  const member: Member = { input, handle: null, told: Promise.resolve(), closed: false };
  member.told = start(member);
  void member.told.then(() => follow(member));
  return member;
}

/** Passes an order on. One that has just ended needs no telling. */
async function pass(member: Member, order: Exclude<Order, { do: 'start' }>): Promise<void> {
  const { handle, input } = member;
  if (!handle || order.do === 'close') return;
  const { environment, stage } = input.plan;
  try {
    if (order.do === 'conclude') await handle.signal(concludeSignal);
    else if (order.do === 'calendar') await handle.signal(calendarChangedSignal);
    else if (order.do === 'settle') {
      if (stage === 'production') await handle.signal(settleSignal, order.message);
    } else {
      const step = order.to[environment];
      if (step === undefined) return;
      await handle.signal(actionSignal(order.action), { ...order.request, step });
    }
  } catch (error) {
    log.info('a rollout could not be told', { environment, error: String(error) });
  }
}

/**
 * An earlier run of the release may have left this rollout running: that one is told to come back,
 * and the id is free once it has.
 */
async function start(member: Member): Promise<void> {
  const { release, plan } = member.input;
  for (;;) {
    try {
      member.handle = await startAttempt(member.input);
      return;
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      const id = rolloutWorkflowId(release, plan.environment);
      const reason = 'its release was lost';
      const orphan = getExternalWorkflowHandle(id);
      await orphan.signal(actionSignal('rollback'), { by: policyActor, reason }).catch(() => {});
      await sleep(orphanPause, { summary: `until ${id} has come back` });
    }
  }
}

function startAttempt(input: RolloutInput): Promise<Handle> {
  const { release: id, plan } = input;
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
async function follow(member: Member): Promise<void> {
  for (;;) {
    try {
      await member.handle?.result();
      member.closed = true;
      return;
    } catch (error) {
      const { input } = member;
      const { environment } = input.plan;
      log.error('a rollout was lost and is brought back', { environment, error: String(error) });
      member.input = { ...input, attempt: input.attempt + 1, mode: 'return' };
      await start(member);
    }
  }
}
