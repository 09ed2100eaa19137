/** Expand to 100 %: step by step, never without a pass or a person's word for the step before. */

import { ApplicationFailure, condition } from '@temporalio/workflow';
import { waitFrom, waitUntil, type Rollout } from '../rollout-state.ts';
import { takeStep } from './canary.ts';
import { feedback } from './feedback.ts';

/** Takes every step of the plan. Returns once the last one has finished its bake. */
export async function expand(rollout: Rollout): Promise<void> {
  await untilResumed(rollout);
  let full = false;
  for (const step of rollout.plan.steps) {
    if (full && step.weight < 100) continue;
    await takeStep(rollout, step);
    if (!step.bake) continue;
    full = (await feedback(rollout, step)) === 'full' || full;
  }
  rollout.record({ type: 'rollout.finished', version: rollout.candidate.name });
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

/** After 100 %: the old version stays warm until the release says that it is over. */
export async function untilConcluded(rollout: Rollout): Promise<void> {
  await condition(() => rollout.requests.conclude);
}
