/** Watch a weight until the evidence, a person or the policy says what comes next. */

import { ApplicationFailure, CancellationScope, condition } from '@temporalio/workflow';
import type { BakeLimits, Finding, Verdict } from '../../domain/analysis/verdict.ts';
import type { BakeResult } from '../../activities/contract.ts';
import { formatReleaseId } from '../../domain/ids.ts';
import { policyActor, type Actor } from '../../domain/release.ts';
import type { Step } from '../../domain/strategy.ts';
import { ranOutOfTime } from '../causes.ts';
import { watching } from '../proxies.ts';
import { guardLimits, waitFrom, waitUntil, type Rollout } from '../rollout-state.ts';

/** What ends a step. `full`: a person wants 100 % at once. */
export type StepEnd = 'next' | 'full';

/**
 * Bakes one step to its end: a pass, a promotion, or a hold that a person or its expiry resolved.
 * @throws ApplicationFailure of type `breach` when the rollout has to turn back
 */
export async function feedback(rollout: Rollout, step: Step): Promise<StepEnd> {
  for (;;) {
    const verdict = await bakeStep(rollout, step);
    if (verdict === null) return takePromotion(rollout, step);
    if (verdict.verdict === 'pass') return goOn(rollout, step);
    if (verdict.verdict === 'fail') throw turnBack(verdict.sentence);
    const again = await settleInconclusive(rollout, step, verdict);
    if (again !== 'again') return again;
  }
}

/** The verdict of a bake, or null when a person promoted before there was one. */
async function bakeStep(rollout: Rollout, step: Step): Promise<Verdict | null> {
  const limits: BakeLimits = { min: step.bake?.min ?? 0, max: step.bake?.max ?? 0, mode: 'bake' };
  const then = 'the policy decides';
  const wait = waitFrom('bake', `evidence at ${step.weight} %`, limits.max, then);
  rollout.requests.promotion = null;
  rollout.record({ type: 'bake.started', step: step.number, weight: step.weight, wait });
  const result = await watchUntil(rollout, step, limits, () => rollout.requests.promotion !== null);
  if (result === null) return null;
  const { number, weight } = step;
  rollout.record({ type: 'bake.finished', step: number, weight, verdict: result.verdict });
  return result.verdict;
}

/** So long after its latest end a watch counts as not done by anybody, in milliseconds. */
const watchGrace = 5 * 60_000;

/** Watches until there is a verdict (returned) or `done` (null). The watch is not waited for. */
async function watchUntil(
  rollout: Rollout,
  step: Step,
  limits: BakeLimits,
  done: () => boolean,
): Promise<BakeResult | null> {
  const scope = new CancellationScope();
  const watch = scope.run(() => startWatch(rollout, step, limits));
  try {
    const result = await Promise.race([watch, condition(done).then(() => null)]);
    if (result) rollout.reference = result.reference;
    // It ends as cancelled, which nobody needs to hear about.
    else scope.cancel();
    return result;
  } catch (error) {
    if (!ranOutOfTime(error)) throw error;
    return { verdict: unwatched(rollout), reference: rollout.reference };
  }
}

/** Nobody looked: that is no evidence, and the policy decides as for a provider that is down. */
function unwatched({ plan }: Rollout): Verdict {
  const sentence = `no worker on "${plan.taskQueue}" has watched ${plan.environment} in time`;
  const nothing = { culprit: null, evidence: [], looks: 0 };
  return { verdict: 'inconclusive', cause: 'providerError', sentence, ...nothing };
}

function startWatch(rollout: Rollout, step: Step, limits: BakeLimits): Promise<BakeResult> {
  const { plan, input } = rollout;
  rollout.watches += 1;
  const watch = `${input.attempt}.${rollout.watches}`;
  const verb = limits.mode === 'bake' ? 'watch' : 'guard';
  const summary = `${verb} ${plan.version.name} at ${step.weight} % of ${plan.environment}`;
  const patience = limits.mode === 'bake' ? limits.max + plan.interval + watchGrace : undefined;
  return watching(plan.taskQueue, summary, patience).bake({
    id: `${formatReleaseId(input.release)}/${plan.environment}/${watch}`,
    release: input.release.number,
    place: plan.place,
    canary: plan.version.name,
    stable: plan.stable?.name ?? null,
    weight: step.weight,
    metrics: plan.metrics,
    interval: plan.interval,
    limits,
    startedAt: Date.now(),
    reference: rollout.reference,
  });
}

function takePromotion(rollout: Rollout, step: Step): StepEnd {
  const promotion = rollout.requests.promotion;
  rollout.requests.promotion = null;
  if (!promotion) return 'next';
  promoted(rollout, step, promotion);
  return promotion.full ? 'full' : 'next';
}

/** Whoever lets it go on without a pass is on record, be it the policy. */
function promoted(
  rollout: Rollout,
  { number, weight }: Step,
  { by, reason, full }: { by: Actor; reason: string | null; full: boolean },
): void {
  const event = { type: 'bake.promoted', step: number, weight, by, reason } as const;
  rollout.record(full ? { ...event, full } : event);
}

function promotedByPolicy(rollout: Rollout, step: Step, rule: string): 'next' {
  promoted(rollout, step, { by: policyActor, reason: `${rule}: promote`, full: false });
  return 'next';
}

/** Going on without a person is done at once, unless somebody paused. */
export async function goOn(rollout: Rollout, step: Step): Promise<StepEnd> {
  const { requests, input } = rollout;
  if (!requests.paused) return 'next';
  const ended = await hold(rollout, step, {
    key: 'pause',
    what: `resume or promote (paused at ${step.weight} %)`,
    until: () => !requests.paused || requests.promotion !== null,
    expiry: input.policy.onHoldExpired,
  });
  if (ended === 'expired') return promotedByPolicy(rollout, step, 'policy.onHoldExpired');
  return ended === 'promoted' ? takePromotion(rollout, step) : 'next';
}

/** No verdict in time: the policy for this cause says whether to hold, go on or go back. */
async function settleInconclusive(
  rollout: Rollout,
  step: Step,
  verdict: Verdict,
): Promise<StepEnd | 'again'> {
  const { requests, input } = rollout;
  const decision = policyFor(input.policy, verdict.cause);
  if (decision === 'rollback') throw turnBack(verdict.sentence);
  if (decision === 'promote') {
    promotedByPolicy(rollout, step, 'policy.onInconclusive');
    return goOn(rollout, step);
  }
  requests.retry = false;
  const ended = await hold(rollout, step, {
    key: 'verdict',
    what: `promote, retry or rollback (${verdict.sentence})`,
    until: () => requests.retry || requests.promotion !== null,
    expiry: input.policy.onHoldExpired,
  });
  if (ended === 'promoted') return takePromotion(rollout, step);
  return ended === 'expired' ? promotedByPolicy(rollout, step, 'policy.onHoldExpired') : 'again';
}

type Policy = Rollout['input']['policy'];

function policyFor(policy: Policy, cause: Finding): 'hold' | 'rollback' | 'promote' {
  if (cause === 'noData') return policy.onNoData;
  if (cause === 'providerError') return policy.onProviderError;
  return policy.onInconclusive;
}

interface Hold {
  key: string;
  what: string;
  until: () => boolean;
  expiry: Policy['onHoldExpired'];
}

/** Holds a weight under guard: a proven regression turns back even while people think. */
async function hold(
  rollout: Rollout,
  step: Step,
  { key, what, until, expiry }: Hold,
): Promise<'promoted' | 'released' | 'expired'> {
  const { holdFor } = rollout.input.policy;
  const then = expiry === 'rollback' ? 'it is rolled back' : 'it goes on by itself';
  rollout.record({ type: 'rollout.holding', wait: waitFrom(key, what, holdFor, then) });
  const late = await underGuard(rollout, step, () =>
    waitUntil(until, holdFor, `hold at ${step.weight} %`).then((done) => !done),
  );
  if (late && expiry === 'rollback') throw turnBack(`nobody decided in time: ${what}`);
  rollout.record({ type: 'rollout.resumed' });
  if (late) return 'expired';
  return rollout.requests.promotion ? 'promoted' : 'released';
}

/** Waits under guard. @throws ApplicationFailure when the guard proves a regression meanwhile */
export async function underGuard<T>(
  rollout: Rollout,
  step: Step,
  wait: () => Promise<T>,
): Promise<T> {
  if (rollout.plan.metrics.length === 0) return wait();
  let over = false;
  const scope = new CancellationScope();
  const waiting = scope.run(wait).finally(() => {
    over = true;
  });
  // Whoever ends first, the other one ends as cancelled.
  waiting.catch(() => {});
  const guarded = await watchUntil(rollout, step, guardLimits, () => over);
  if (guarded?.verdict.verdict !== 'fail') return waiting;
  scope.cancel();
  const { number, weight } = step;
  rollout.record({ type: 'bake.finished', step: number, weight, verdict: guarded.verdict });
  throw turnBack(guarded.verdict.sentence);
}

function turnBack(sentence: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(sentence, 'breach');
}
