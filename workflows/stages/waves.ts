/** Run rollouts as children: start them, follow them, conclude them, and bring all of them back. */

import {
  ChildWorkflowCancellationType,
  CancellationScope,
  condition,
  log,
  ParentClosePolicy,
  startChild,
  WorkflowIdReusePolicy,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import type { Action, ActionRequest } from '../../domain/actions.ts';
import { rolloutWorkflowId } from '../../domain/ids.ts';
import type { RolloutPlan, WavePlan } from '../../domain/plan.ts';
import type { RolloutProgress } from '../../domain/rollout-progress.ts';
import { actionSignal, concludeSignal } from '../messages.ts';
import type { Release } from '../release-state.ts';
import type { rollout, RolloutInput } from '../rollout.ts';
import { attributes } from '../search-attributes.ts';
import { rejectRelease } from './hold.ts';

type RolloutHandle = ChildWorkflowHandle<typeof rollout>;

/** The rollouts of a release, in the order of their start. */
export interface Fleet {
  members: Map<string, Member>;
}

interface Member {
  handle: RolloutHandle;
  /** Resolves with how it ended; a lost rollout is started again until one ends properly. */
  ended: Promise<RolloutProgress>;
  done: boolean;
}

export function createFleet(): Fleet {
  return { members: new Map() };
}

/**
 * Runs the rollouts of a wave, so many at a time, until all have finished their last bake.
 * @throws ApplicationFailure when one of them turns back
 */
export async function runWave(
  release: Release,
  fleet: Fleet,
  wave: Pick<WavePlan, 'parallel' | 'rollouts'>,
): Promise<void> {
  const waiting = [...wave.rollouts];
  const started: string[] = [];
  const running = () =>
    started.filter((environment) => stageOf(release, environment) !== 'finished');
  while (waiting.length > 0 || running().length > 0) {
    while (waiting.length > 0 && running().length < wave.parallel) {
      const plan = waiting.shift();
      if (!plan) break;
      started.push(plan.environment);
      await startRollout(
        release,
        fleet,
        plan,
        release.input.mode === 'recover' ? 'return' : 'forward',
      );
    }
    const before = running().length;
    await condition(() => failed(release, started) !== null || running().length !== before);
    const broken = failed(release, started);
    if (broken) throw rejectRelease(broken);
  }
}

function stageOf(release: Release, environment: string): string | undefined {
  return release.progress.rollouts[environment]?.stage;
}

/** Why a wave cannot go on, if so. */
function failed(release: Release, environments: readonly string[]): string | null {
  for (const environment of environments) {
    const rollout = release.progress.rollouts[environment];
    if (rollout?.stage === 'rollback' || rollout?.stage === 'ended') {
      return `${environment}: ${rollout.cause ?? rollout.sentence ?? 'the rollout ended'}`;
    }
  }
  return null;
}

/** Starts one. It lives on when the forward path is cancelled: it has to come back by itself. */
export async function startRollout(
  release: Release,
  fleet: Fleet,
  plan: RolloutPlan,
  mode: RolloutInput['mode'],
): Promise<void> {
  await CancellationScope.nonCancellable(async () => {
    const first = (release.input.attempt - 1) * 10 + 1;
    const handle = await startAttempt(release, plan, mode, first);
    const member: Member = { handle, ended: Promise.resolve({} as RolloutProgress), done: false };
    fleet.members.set(plan.environment, member);
    member.ended = follow(release, member, plan, first);
  });
}

function startAttempt(
  release: Release,
  plan: RolloutPlan,
  mode: RolloutInput['mode'],
  attempt: number,
): Promise<RolloutHandle> {
  const { spec, release: id } = release.input;
  const input: RolloutInput = {
    release: id,
    plan,
    policy: spec.policy,
    rollbackDeadline: spec.rollback.deadline,
    mode,
    attempt,
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

/** Its result. A rollout that was terminated left its environment half way: bring that back. */
async function follow(
  release: Release,
  member: Member,
  plan: RolloutPlan,
  firstAttempt: number,
): Promise<RolloutProgress> {
  return CancellationScope.nonCancellable(async () => {
    for (let attempt = firstAttempt; ; attempt += 1) {
      try {
        const result = await member.handle.result();
        member.done = true;
        return result;
      } catch (error) {
        log.error('a rollout was lost and is brought back', {
          environment: plan.environment,
          error: String(error),
        });
        member.handle = await startAttempt(release, plan, 'return', attempt + 1);
      }
    }
  });
}

/** Tells rollouts what a person wants. One that has just ended needs no telling. */
export async function steerFleet(
  fleet: Fleet,
  action: Action,
  request: ActionRequest,
): Promise<void> {
  const { environment, ...rest } = request;
  const chosen = [...fleet.members].filter(([name, { done }]) => {
    return !done && (environment === null || environment === name);
  });
  await Promise.all(
    chosen.map(([, member]) => tell(() => member.handle.signal(actionSignal(action), rest))),
  );
}

/** The release is over: every rollout retires the old version and ends. */
export async function concludeFleet(fleet: Fleet): Promise<RolloutProgress[]> {
  const members = [...fleet.members.values()];
  await Promise.all(
    members
      .filter(({ done }) => !done)
      .map(({ handle }) => tell(() => handle.signal(concludeSignal))),
  );
  return Promise.all(members.map(({ ended }) => ended));
}

async function tell(signal: () => Promise<void>): Promise<void> {
  try {
    await signal();
  } catch (error) {
    log.info('a rollout could not be told', { error: String(error) });
  }
}
