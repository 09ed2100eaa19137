/** Watch a weight until the evidence, a person or the policy says what comes next. */

import { ApplicationFailure, CancellationScope, condition } from '@temporalio/workflow';
import type { BakeLimits, Verdict } from '../../domain/analysis/verdict.ts';
import type { BakeResult } from '../../activities/contract.ts';
import { formatReleaseId } from '../../domain/ids.ts';
import { policyActor, type Actor } from '../../domain/release.ts';
import { audienceOf, type Step } from '../../domain/strategy.ts';
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
  let extended = 0;
  for (;;) {
    const verdict = await bakeStep(rollout, step);
    if (verdict === null) return takePromotion(rollout, step);
    if (verdict.verdict === 'pass') return goOn(rollout, step);
    const again = await settle(rollout, step, verdict, extended);
    if (again !== 'again' && again !== 'extend') return again;
    extended = again === 'extend' ? extended + 1 : 0;
  }
}

/** The verdict of a bake, or null when a person promoted before there was one. */
async function bakeStep(rollout: Rollout, step: Step): Promise<Verdict | null> {
  const limits: BakeLimits = { min: step.bake?.min ?? 0, max: step.bake?.max ?? 0, mode: 'bake' };
  const then = 'the policy decides';
  const wait = waitFrom('bake', `evidence at ${audienceOf(step)}`, limits.max, then);
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
    if (result) rollout.memory = result.memory;
    // It ends as cancelled, which nobody needs to hear about.
    else scope.cancel();
    return result;
  } catch (error) {
    if (!ranOutOfTime(error)) throw error;
    return { verdict: unwatched(rollout), memory: rollout.memory };
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
  const summary = `${verb} ${plan.version.name} at ${audienceOf(step)} of ${plan.environment}`;
  const { interval, dataDelay, providerErrorBudget = limits.max } = plan.settings;
  const longest = limits.max + providerErrorBudget + interval + dataDelay + watchGrace;
  const patience = limits.mode === 'bake' ? longest : undefined;
  return watching(plan.taskQueue, summary, patience).bake({
    id: `${formatReleaseId(input.release)}/${plan.environment}/${watch}`,
    release: input.release.number,
    place: plan.place,
    canary: plan.version.name,
    stable: plan.stable?.name ?? null,
    weight: step.weight,
    metrics: plan.metrics,
    settings: plan.settings,
    horizon: plan.horizon,
    limits,
    startedAt: Date.now(),
    memory: rollout.memory,
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

function promotedByPolicy(rollout: Rollout, step: Step, rule: string, decision: string): 'next' {
  promoted(rollout, step, { by: policyActor, reason: `${rule}: ${decision}`, full: false });
  return 'next';
}

/** Going on without a person is done at once, unless somebody paused. */
export async function goOn(rollout: Rollout, step: Step): Promise<StepEnd> {
  const { requests, input } = rollout;
  if (!requests.paused) return 'next';
  const ended = await hold(rollout, step, {
    key: 'pause',
    what: `resume or promote (paused at ${audienceOf(step)})`,
    until: () => !requests.paused || requests.promotion !== null,
    expiry: input.policy.onHoldExpired,
    guarded: true,
  });
  if (ended === 'expired')
    return promotedByPolicy(rollout, step, 'policy.onHoldExpired', 'promote');
  return ended === 'promoted' ? takePromotion(rollout, step) : 'next';
}

/** No pass: the policy for this verdict says whether to hold, watch on, go on or go back. */
async function settle(
  rollout: Rollout,
  step: Step,
  verdict: Verdict,
  extended: number,
): Promise<StepEnd | 'again' | 'extend'> {
  const { policy } = rollout.input;
  const rule = ruleFor(verdict);
  const decision = policy[rule];
  if (decision === 'rollback') throw turnBack(verdict.sentence);
  if (decision === 'promote' || decision === 'notify') {
    promotedByPolicy(rollout, step, `policy.${rule}`, decision);
    return goOn(rollout, step);
  }
  if (decision === 'extend' && extended < policy.extensions) return 'extend';
  return untilDecided(rollout, step, verdict);
}

/** A person decides. What is proven already cannot be watched for, so nobody guards it. */
async function untilDecided(
  rollout: Rollout,
  step: Step,
  verdict: Verdict,
): Promise<StepEnd | 'again'> {
  const { requests, input } = rollout;
  const proven = verdict.verdict === 'fail';
  requests.retry = false;
  const ended = await hold(rollout, step, {
    key: 'verdict',
    what: `promote, retry or rollback (${verdict.sentence})`,
    until: () => requests.retry || requests.promotion !== null,
    expiry: proven ? 'rollback' : input.policy.onHoldExpired,
    guarded: !proven,
  });
  if (ended === 'promoted') return takePromotion(rollout, step);
  if (ended === 'expired')
    return promotedByPolicy(rollout, step, 'policy.onHoldExpired', 'promote');
  // Evidence that has proven something stays proven: looking again means to begin anew.
  if (proven) rollout.memory = {};
  return 'again';
}

type Policy = Rollout['input']['policy'];

function ruleFor({ verdict, cause }: Verdict) {
  if (cause === 'providerError') return 'onProviderError';
  if (verdict === 'fail') return 'onFail';
  if (verdict === 'insufficient_data') return 'onInsufficientData';
  return verdict === 'invalid' ? 'onInvalid' : 'onInconclusive';
}

interface Hold {
  key: string;
  what: string;
  until: () => boolean;
  expiry: Policy['onHoldExpired'];
  /** A regression that is proven meanwhile turns back. */
  guarded: boolean;
}

/** Holds a weight under guard: a proven regression turns back even while people think. */
async function hold(
  rollout: Rollout,
  step: Step,
  { key, what, until, expiry, guarded }: Hold,
): Promise<'promoted' | 'released' | 'expired'> {
  const { holdFor } = rollout.input.policy;
  const then = expiry === 'rollback' ? 'it is rolled back' : 'it goes on by itself';
  rollout.record({ type: 'rollout.holding', wait: waitFrom(key, what, holdFor, then) });
  const wait = () => waitUntil(until, holdFor, `hold at ${audienceOf(step)}`).then((done) => !done);
  const late = guarded ? await underGuard(rollout, step, wait) : await wait();
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
  if (guarded?.verdict.verdict !== 'fail' || !stopsOnFail(rollout)) return waiting;
  scope.cancel();
  const { number, weight } = step;
  rollout.record({ type: 'bake.finished', step: number, weight, verdict: guarded.verdict });
  throw turnBack(guarded.verdict.sentence);
}

function stopsOnFail({ input }: Rollout): boolean {
  return input.policy.onFail === 'rollback' || input.policy.onFail === 'pause';
}

function turnBack(sentence: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(sentence, 'breach');
}
