/** The fleet: a release's rollouts in batches, which it starts, steers, and waits for. */

import { CancellationScope, condition, getExternalWorkflowHandle } from '@temporalio/workflow';
import type { Action, ActionRequest } from '../domain/actions.ts';
import { isLargePlan } from '../domain/brief.ts';
import type { CrescendoEvent } from '../domain/events.ts';
import { batchWorkflowId } from '../domain/ids.ts';
import type { RolloutPlan } from '../domain/plan.ts';
import type { RolloutProgress } from '../domain/rollout-progress.ts';
import { linkBatch, type BatchLink } from './batch-link.ts';
import type { SettleMessage } from './messages.ts';
import { ordersSignal, type Order } from './orders.ts';
import type { Release } from './release-state.ts';
import type { RolloutInput } from './rollout.ts';

/** The rollouts of a release, in the order of their start. */
export interface Fleet {
  members: Map<string, Member>;
  batches: Batch[];
}

interface Member {
  plan: RolloutPlan;
  batch: Batch;
  attempt: number;
  /** Its environment is served by one version, and nothing more will happen there. */
  ended: boolean;
}

interface Batch {
  link: BatchLink;
  environments: string[];
  /** Takes no further rollouts. */
  full: boolean;
  /** How often it was started. */
  runs: number;
}

/** Rollouts in one batch: its history and every signal to it stay far below Temporal's limits. */
const batchSize = 50;

/** Attempts of a rollout, kept apart for every run of the release and of the batch. */
const attempts = { perRelease: 10, perBatch: 3 };

export function createFleet(): Fleet {
  return { members: new Map(), batches: [] };
}

/** Starts one. It lives on when the forward path is cancelled: it has to come back by itself. */
export function startRollout(
  release: Release,
  fleet: Fleet,
  plan: RolloutPlan,
  mode: RolloutInput['mode'],
): void {
  const last = fleet.batches.at(-1);
  const batch = last && !last.full ? last : openBatch(release, fleet);
  const attempt = firstAttempt(release, batch);
  fleet.members.set(plan.environment, { plan, batch, attempt, ended: false });
  batch.environments.push(plan.environment);
  batch.full = batch.environments.length === batchSize;
  batch.link.order({ do: 'start', input: rolloutInput(release, plan, mode, attempt) });
}

function openBatch(release: Release, fleet: Fleet): Batch {
  const { release: id, attempt, version } = release.input;
  const number = fleet.batches.length + 1;
  const name = { release: id, version: version.name, attempt, number };
  const link = linkBatch(name, () => replace(release, fleet, batch));
  const batch: Batch = { link, environments: [], full: false, runs: 1 };
  fleet.batches.push(batch);
  return batch;
}

/** Nobody knows what its rollouts were told, so all that have not ended are brought back. */
function replace(release: Release, { members }: Fleet, batch: Batch): Order[] {
  batch.full = true;
  batch.runs += 1;
  const attempt = firstAttempt(release, batch);
  const starts = batch.environments.flatMap((environment): Order[] => {
    const member = members.get(environment);
    if (!member || member.ended) return [];
    member.attempt = attempt;
    return [{ do: 'start', input: rolloutInput(release, member.plan, 'return', attempt) }];
  });
  return [...starts, { do: 'close' }];
}

function firstAttempt({ input }: Release, { runs }: Batch): number {
  return (input.attempt - 1) * attempts.perRelease + (runs - 1) * attempts.perBatch + 1;
}

function rolloutInput(
  release: Release,
  plan: RolloutPlan,
  mode: RolloutInput['mode'],
  attempt: number,
): RolloutInput {
  const { spec, release: id, turn, by } = release.input;
  return {
    release: id,
    turn: turn ?? id.number,
    plan,
    policy: spec.policy,
    rollbackDeadline: spec.rollback.deadline,
    mode,
    attempt,
    initiator: by.id,
    ...(release.input.mode === 'return' ? { urgent: true as const } : {}),
    ...(isLargePlan(release.progress.plan) ? { brief: true as const } : {}),
    overrides: (release.progress.overrides ?? []).filter(
      (one) => (one.environment ?? plan.environment) === plan.environment,
    ),
  };
}

/**
 * Notes who has ended, by their own word: their workflows stay open while the journal is away, and a
 * release need not wait for that. What an attempt says that was given up does not count.
 */
export function noteEnds(
  { members }: Fleet,
  events: readonly CrescendoEvent[],
  attempt: number,
): void {
  for (const { type, environment } of events) {
    const member = environment === null ? undefined : members.get(environment);
    if (!member || attempt < member.attempt) continue;
    if (type === 'rollout.started') member.ended = false;
    if (type === 'rollout.ended') member.ended = true;
  }
}

/** Tells rollouts what a person wants; resolves when their batches know. */
export async function steerFleet(
  release: Release,
  fleet: Fleet,
  action: Action,
  { environment, step: asked, ...request }: ActionRequest,
  only?: ReadonlySet<string>,
): Promise<void> {
  const { rollouts, plan } = release.progress;
  // What was promoted is the step that was current when it was said, and no later one. Of many
  // environments the release hears too late to say which that is.
  const meant = (name: string) =>
    asked ?? (action === 'promote' && !isLargePlan(plan) ? (rollouts[name]?.step ?? null) : null);
  const addressed = (name: string) =>
    environment === null ? (only?.has(name) ?? true) : environment === name;
  const told = fleet.batches.filter(({ environments, link }) => {
    const names = environments.filter((name) => {
      return addressed(name) && fleet.members.get(name)?.ended === false;
    });
    if (names.length === 0) return false;
    const to = Object.fromEntries(names.map((name) => [name, meant(name)]));
    link.order({ do: 'steer', action, request, to });
    return true;
  });
  await CancellationScope.nonCancellable(() =>
    Promise.all(told.map(({ link }) => link.delivered())),
  );
}

/** Watches every finished rollout once more; resolves when each has passed, or has gone back. */
export async function settleFleet(
  release: Release,
  fleet: Fleet,
  message: SettleMessage,
): Promise<void> {
  const watched = [...fleet.members].filter(([, { ended, plan }]) => {
    return !ended && plan.stage === 'production';
  });
  for (const { link } of fleet.batches) link.order({ do: 'settle', message });
  const settled = ([name, { ended }]: [string, Member]) =>
    ended || (release.progress.rollouts[name]?.settled ?? 0) >= message.wave;
  await condition(() => watched.every(settled));
}

/** Rollouts that wait for a freeze or a hold ask again. */
export function tellCalendar({ batches }: Fleet): void {
  for (const { link } of batches) link.order({ do: 'calendar' });
}

/** The release is over: every rollout retires the old version and ends. */
export async function concludeFleet(release: Release, fleet: Fleet): Promise<RolloutProgress[]> {
  for (const batch of fleet.batches) {
    batch.full = true;
    batch.link.order({ do: 'conclude' });
  }
  const members = [...fleet.members.values()];
  await condition(() => members.every(({ ended }) => ended));
  const { rollouts } = release.progress;
  return members.flatMap(({ plan }) => rollouts[plan.environment] ?? []);
}

/** Resolves when the workflows of all rollouts are over, which may take as long as the journal is away. */
export async function allClosed({ batches }: Fleet): Promise<void> {
  await Promise.all(batches.map(({ link }) => link.closed()));
}

/** Batches of earlier runs of this release, if there are any: they shall end with their rollouts. */
export async function closeEarlierBatches({ input }: Release, rollouts: number): Promise<void> {
  const numbers = Array.from({ length: Math.ceil(rollouts / batchSize) }, (_, index) => index + 1);
  const runs = Array.from({ length: input.attempt - 1 }, (_, index) => index + 1);
  const ids = runs.flatMap((run) =>
    numbers.map((number) => batchWorkflowId(input.release, run, number)),
  );
  await Promise.all(ids.map(closeBatch));
}

/** Most often there is none of that name. */
async function closeBatch(id: string): Promise<void> {
  const orders: Order[] = [{ do: 'close' }];
  await getExternalWorkflowHandle(id)
    .signal(ordersSignal, orders)
    .catch(() => {});
}
