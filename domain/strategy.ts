/** The way to 100 %: canary steps and their bakes, from the strategy of the specification. */

import type { Weight } from './release.ts';
import type { Spec } from './spec.ts';

/** One step: a share of the audience, and the bake that must pass before the next. */
export interface Step {
  /** Counted from 1, as people do. */
  number: number;
  weight: Weight;
  /** Milliseconds; null: nothing is watched (a staging replica, or nothing to judge by). */
  bake: { min: number; max: number } | null;
}

export type Strategy = Spec['production']['strategy'];

/** Steps in order, the last one always 100 %. */
export function stepsOf(strategy: Strategy): Step[] {
  if ('allAtOnce' in strategy) {
    return [{ number: 1, weight: 100, bake: strategy.allAtOnce.bake ?? null }];
  }
  const { steps, bake } = strategy.canary;
  const written = steps.map((step) => {
    if (typeof step === 'number') return { weight: step, bake };
    return { weight: step.weight, bake: { ...bake, ...step.bake } };
  });
  if (written.at(-1)?.weight !== 100) written.push({ weight: 100, bake });
  return written.map((step, index) => ({ number: index + 1, ...step }));
}

/** Why these steps cannot be taken with a router of this granularity (percent), if so. */
export function problemsOf(steps: readonly Step[], granularity: number): string[] {
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
