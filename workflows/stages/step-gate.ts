/** Gates inside a rollout: approvals before a step, with the weight under guard meanwhile. */

import { ApplicationFailure } from '@temporalio/workflow';
import { gateSentence, openedGate, type StepGate } from '../../domain/gates.ts';
import type { Step } from '../../domain/strategy.ts';
import { waitFrom, waitUntil, type Rollout } from '../rollout-state.ts';
import { underGuard } from './feedback.ts';
import { decisionOf, isApproved } from './gate.ts';

/**
 * Passes every gate that stands before `next` and has not been passed: a leap to 100 % meets those
 * of all steps between. `held` is the step whose weight people have meanwhile, null before the first.
 * True when there was one to wait at.
 * @throws ApplicationFailure when one expires, or when the guard proves a regression
 */
export async function passStepGates(
  rollout: Rollout,
  next: Step,
  held: Step | null,
): Promise<boolean> {
  const before = rollout.passedGates.size;
  for (const gate of rollout.plan.gates ?? []) {
    if (gate.step > next.number || rollout.passedGates.has(gate)) continue;
    await passStepGate(rollout, gate, held);
    rollout.passedGates.add(gate);
  }
  return rollout.passedGates.size > before;
}

async function passStepGate(rollout: Rollout, gate: StepGate, held: Step | null): Promise<void> {
  const { input, plan } = rollout;
  const then = gate.then === 'reject' ? 'it is rolled back' : 'it counts as approved';
  const what = `${gateSentence(gate)} before ${gate.before}`;
  const initiator = input.initiator ?? null;
  const opened = openedGate(gate, { initiator, version: plan.version });
  rollout.record({
    type: 'gate.opened',
    ...opened,
    wait: waitFrom('gate', what, gate.expires, then),
  });
  const waiting = () => waitUntil(() => isApproved(rollout.progress.gate), gate.expires, what);
  const inTime = held ? await underGuard(rollout, held, waiting) : await waiting();
  const approved = inTime || gate.then === 'approve';
  const sentence = decisionOf(rollout.progress.gate, inTime, approved);
  rollout.record({ type: 'gate.closed', gate: gate.before, approved, sentence });
  if (approved) return;
  throw ApplicationFailure.nonRetryable(`gate before ${gate.before}: ${sentence}`, 'rejected');
}
