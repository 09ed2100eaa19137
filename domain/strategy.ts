/** The way to 100 %: canary steps and their bakes, from the strategy of the specification. */

import type { Weight } from './release.ts';
import type { Spec } from './spec.ts';
import { weightsOf, type StepSpec } from './strategy-spec.ts';
import type { RouterPowers } from './traffic.ts';

/** One step: a share of the audience, and the bake that must pass before the next. */
export interface Step {
  /** Counted from 1, as people do. */
  number: number;
  weight: Weight;
  /** Milliseconds; null: nothing is watched (a staging replica, or nothing to judge by). */
  bake: { min: number; max: number } | null;
}

export type Strategy = Spec['production']['strategy'];

/**
 * Steps in order, the last one always 100 %. Generated weights are rounded to `granularity`
 * (percent); those that are then no more than the one before are left out.
 */
export function stepsOf(strategy: Strategy, granularity: number): Step[] {
  if ('allAtOnce' in strategy) {
    return [{ number: 1, weight: 100, bake: strategy.allAtOnce.bake ?? null }];
  }
  const { steps, bake } = strategy.canary;
  const taken: Omit<Step, 'number'>[] = [];
  for (const step of steps) {
    const own = typeof step === 'number' ? {} : step.bake;
    for (const weight of weightsOf(step)) {
      const rounded = isGenerated(step) ? round(weight, granularity) : weight;
      if (isGenerated(step) && rounded <= (taken.at(-1)?.weight ?? 0)) continue;
      taken.push({ weight: rounded, bake: { ...bake, ...own } });
    }
  }
  if (taken.at(-1)?.weight !== 100) taken.push({ weight: 100, bake });
  return taken.map((step, index) => ({ number: index + 1, ...step }));
}

function isGenerated(step: StepSpec): boolean {
  return typeof step !== 'number' && !('weight' in step);
}

/** To the nearest weight the router can set; multiples of it without traces of binary fractions. */
function round(weight: number, granularity: number): Weight {
  return Math.min(100, Number((Math.round(weight / granularity) * granularity).toFixed(6)));
}

/** Why these steps cannot be taken with a router of these powers, if so. */
export function problemsOf(steps: readonly Step[], { granularity }: RouterPowers): string[] {
  const problems: string[] = [];
  steps.forEach((step, index) => {
    const before = steps[index - 1]?.weight ?? 0;
    if (step.weight <= before) {
      problems.push(
        `step ${step.number} (${step.weight} %) must be above step before (${before} %)`,
      );
    }
    const units = step.weight / granularity;
    if (Math.abs(units - Math.round(units)) > 1e-6) {
      problems.push(`step ${step.number}: the router sets weights in units of ${granularity} %`);
    }
    if (step.bake && step.bake.min > step.bake.max) {
      problems.push(`step ${step.number}: the bake's min is above its max`);
    }
  });
  return problems;
}
