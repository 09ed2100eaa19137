/** The weights that the steps of a strategy stand for, those that are generated included. */

import type { StepSpec } from './strategy-spec.ts';

/**
 * The weights of one entry of `steps`, in percent and not yet rounded to what a router can set;
 * none for a ring or a mirror.
 */
export function weightsOf(step: StepSpec): number[] {
  if (typeof step === 'number') return [step];
  if ('ring' in step || 'mirror' in step) return [];
  if ('weight' in step) return [step.weight];
  if ('linear' in step) {
    const { by, from = by, to } = step.linear;
    return generate(from, to, (count) => from + count * by);
  }
  const { from, factor, to } = step.exponential;
  return generate(from, to, (count) => from * factor ** count);
}

function generate(from: number, to: number, weightAt: (count: number) => number): number[] {
  const weights = [from];
  // A trace of binary fractions must neither add a weight nor take one away.
  while (weightAt(weights.length) <= to + 1e-9) weights.push(weightAt(weights.length));
  return weights;
}
