/** Expand to 100 %: step by step, never without a pass or a person's word for the step before. */

import { ApplicationFailure, CancellationScope, condition } from '@temporalio/workflow';
import type { Deployment } from '../../domain/release.ts';
import type { Step } from '../../domain/strategy.ts';
import { waitFrom, waitUntil, type Rollout } from '../rollout-state.ts';
import { takeStep } from './canary.ts';
import { untilRolloutMayGoOn } from './estate.ts';
import type { Onward } from './door.ts';
import { feedback, goOn, underGuard, type StepEnd } from './feedback.ts';
import { testCandidate } from './stage.ts';
import { passStepGates } from './step-gate.ts';
import { askWayBack, untilWayBack } from './way-back.ts';
import { leaveWhenClosed, untilClear } from './window.ts';

/**
 * Takes every step of the plan, or those that are left. Returns once the last one has finished its
 * bake.
 */
export async function expand(
  rollout: Rollout,
  candidate: Deployment,
  onward: Onward = { from: 1, full: false },
): Promise<void> {
  const closing = leaveWhenClosed(rollout);
  try {
    await takeSteps(rollout, candidate, onward);
  } finally {
    closing.cancel();
  }
  rollout.record({ type: 'rollout.finished', version: rollout.candidate.name });
}

async function takeSteps(rollout: Rollout, candidate: Deployment, onward: Onward): Promise<void> {
  const { steps } = rollout.plan;
  let { full } = onward;
  let held = steps.find(({ number }) => number === onward.from - 1) ?? null;
  for (const step of steps) {
    if (step.number < onward.from) continue;
    if (full && step.weight < 100) continue;
    full = (await clearTheWay(rollout, step, held)) === 'full' || full;
    if (full && step.weight < 100) continue;
    await takeStep(rollout, step);
    held = step;
    full = (await watch(rollout, step, candidate)) === 'full' || full;
  }
}

/**
 * Waits until nothing stands before a step: gates, the calendar, a stop of everything, a way back
 * that is not there. `held` is the step before, whose weight people have. What was waited for may
 * have taken days, so all the others are asked again after it.
 */
async function clearTheWay(rollout: Rollout, step: Step, held: Step | null): Promise<StepEnd> {
  const { requests } = rollout;
  let end: StepEnd = 'next';
  if (!held) await untilResumed(rollout);
  for (;;) {
    const { pauses } = requests;
    // Asked beside the others: it is one question more before every step.
    const wayBack = askWayBack(rollout, step);
    wayBack.catch(() => {});
    const gated = await passStepGates(rollout, step, held);
    const waited = await untilClear(rollout, (wait) =>
      held ? underGuard(rollout, held, wait) : wait(),
    );
    const stopped = await untilRolloutMayGoOn(rollout, held);
    const missed = await untilWayBack(rollout, held, await wayBack);
    if (!gated && !waited && !stopped && !missed) return end;
    // Who paused it meanwhile wants it to stand still; an older pause was heard, or promoted over.
    if (!requests.paused || requests.pauses === pauses) continue;
    if (!held) await untilResumed(rollout);
    else if ((await goOn(rollout, held)) === 'full') end = 'full';
  }
}

/**
 * Tests run beside the bake: people have the candidate already, so nobody looks away meanwhile. What
 * fails first ends the other.
 */
async function watch(rollout: Rollout, step: Step, candidate: Deployment): Promise<StepEnd> {
  const baking = () => (step.bake ? feedback(rollout, step) : Promise.resolve('next' as const));
  const { tests } = step;
  if (!tests) return baking();
  const scope = new CancellationScope();
  try {
    const testing = () => testCandidate(rollout, candidate, tests);
    const [end] = await scope.run(() => Promise.all([baking(), testing()]));
    return end;
  } finally {
    scope.cancel();
  }
}

/** A pause before the first step holds at 0 %, where there is nothing to guard. */
async function untilResumed(rollout: Rollout): Promise<void> {
  const { requests, input } = rollout;
  if (!requests.paused) return;
  const { holdFor } = input.policy;
  const wait = waitFrom(
    'pause',
    'resume (paused before the first step)',
    holdFor,
    'it is rejected',
  );
  rollout.record({ type: 'rollout.holding', wait });
  if (!(await waitUntil(() => !requests.paused, holdFor, 'paused before the first step'))) {
    throw ApplicationFailure.nonRetryable('nobody resumed it in time', 'breach');
  }
  rollout.record({ type: 'rollout.resumed' });
}

/**
 * After 100 %: the old version stays warm until the release says that it is over. Whenever a wave is
 * there that asks for it, this environment is watched once more, by the rules of a step.
 */
export async function untilConcluded(rollout: Rollout): Promise<void> {
  const { requests, plan, progress } = rollout;
  let settled = progress.settled;
  for (;;) {
    await condition(() => requests.conclude || (requests.settle?.wave ?? 0) > settled);
    const { settle } = requests;
    if (requests.conclude || !settle) return;
    if (plan.afterWave) await feedback(rollout, { ...plan.afterWave, bake: settle.bake });
    settled = settle.wave;
    rollout.record({ type: 'rollout.settled', wave: settled });
  }
}
