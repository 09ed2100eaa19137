/** Watch a weight until the evidence, a person or the policy says what comes next. */

import { ApplicationFailure, CancellationScope, condition } from '@temporalio/workflow';
import type { BakeLimits, Finding, Verdict } from '../../domain/analysis/verdict.ts';
import type { BakeResult } from '../../activities/contract.ts';
import { formatReleaseId } from '../../domain/ids.ts';
import type { Step } from '../../domain/strategy.ts';
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
    if (verdict.verdict === 'pass') return afterPass(rollout, step);
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

/** Watches until there is a verdict (returned) or `done` (null). The watch is not waited for. */
async function watchUntil(
  rollout: Rollout,
  step: Step,
  limits: BakeLimits,
  done: () => boolean,
): Promise<BakeResult | null> {
  const scope = new CancellationScope();
  const watch = scope.run(() => startWatch(rollout, step, limits));
  const result = await Promise.race([watch, condition(done).then(() => null)]);
  if (result) {
    rollout.reference = result.reference;
    return result;
  }
  // It ends as cancelled, which nobody needs to hear about.
  watch.catch(() => {});
  scope.cancel();
  return null;
}

function startWatch(rollout: Rollout, step: Step, limits: BakeLimits): Promise<BakeResult> {
  const { plan, input } = rollout;
  rollout.watches += 1;
  const watch = `${input.attempt}.${rollout.watches}`;
  const verb = limits.mode === 'bake' ? 'watch' : 'guard';
  const summary = `${verb} ${plan.version.name} at ${step.weight} % of ${plan.environment}`;
  return watching(plan.taskQueue, summary).bake({
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
  const { by, reason, full } = promotion;
  rollout.record({ type: 'bake.promoted', step: step.number, weight: step.weight, by, reason });
  return full ? 'full' : 'next';
}

/** A pass is acted on at once, unless somebody paused. */
async function afterPass(rollout: Rollout, step: Step): Promise<StepEnd> {
  const { requests, input } = rollout;
  if (!requests.paused) return 'next';
  const ended = await hold(rollout, step, {
    key: 'pause',
    what: `resume or promote (paused at ${step.weight} %)`,
    until: () => !requests.paused || requests.promotion !== null,
    expiry: input.policy.onHoldExpired,
  });
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
  if (decision === 'promote') return 'next';
  requests.retry = false;
  const ended = await hold(rollout, step, {
    key: 'verdict',
    what: `promote, retry or rollback (${verdict.sentence})`,
    until: () => requests.retry || requests.promotion !== null,
    expiry: input.policy.onHoldExpired,
  });
  if (ended === 'promoted') return takePromotion(rollout, step);
  return ended === 'expired' ? 'next' : 'again';
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
  let over = false;
  const expired = waitUntil(until, holdFor, `hold at ${step.weight} %`).then((done) => {
    over = true;
    return !done;
  });
  const guarded =
    rollout.plan.metrics.length > 0
      ? await watchUntil(rollout, step, guardLimits, () => over)
      : null;
  if (guarded) throw turnBack(guarded.verdict.sentence);
  const late = await expired;
  if (late && expiry === 'rollback') throw turnBack(`nobody decided in time: ${what}`);
  rollout.record({ type: 'rollout.resumed' });
  if (late) return 'expired';
  return rollout.requests.promotion ? 'promoted' : 'released';
}

function turnBack(sentence: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(sentence, 'breach');
}
