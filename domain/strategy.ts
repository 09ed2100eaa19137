/** The way to 100 %: canary steps and their bakes, from the strategy of the specification. */

import type { Sticky, TrafficRules, Weight } from './release.ts';
import type { Spec } from './spec.ts';
import type { StepSpec } from './strategy-spec.ts';
import { weightsOf } from './weights.ts';
import type { TestSpec } from './test-spec.ts';
import { beyond, ringWords, type RouterPowers } from './traffic.ts';
import { percent } from './words.ts';

/** One step: a share of the audience, and the bake that must pass before the next. */
export interface Step {
  /** Counted from 1, as people do. */
  number: number;
  weight: Weight;
  /** Milliseconds; null: nothing is watched (a staging replica, or nothing to judge by). */
  bake: { min: number; max: number } | null;
  /** What the candidate gets beside the weight: insiders, copies. */
  rules?: TrafficRules;
  /** On the candidate once it has this weight, while the bake goes on. */
  tests?: TestSpec[];
}

export type Strategy = Spec['production']['strategy'];
type BlueGreen = Extract<Strategy, { blueGreen: unknown }>['blueGreen'];

/**
 * Steps in order, the last one always 100 %. A ring keeps the candidate through the steps after it,
 * or insiders would fall back to stable; a mirror ends with its step. Generated weights are rounded to `granularity`
 * (percent); those that are then no more than the one before are left out.
 */
export function stepsOf(strategy: Strategy, granularity: number): Step[] {
  if ('allAtOnce' in strategy) {
    return [{ number: 1, weight: 100, bake: strategy.allAtOnce.bake ?? null }];
  }
  if ('blueGreen' in strategy) return numbered(switchOf(strategy.blueGreen));
  const { steps, bake, sticky } = strategy.canary;
  const taken: Unnumbered[] = [];
  for (const step of steps) {
    const own = { ...bake, ...(typeof step === 'number' ? {} : step.bake) };
    taken.push(...stepsFrom(step, own, taken.at(-1), granularity));
  }
  if (taken.at(-1)?.weight !== 100) taken.push({ weight: 100, bake });
  return numbered(sticky ? taken.map((step) => stickingTo(step, sticky)) : taken);
}

/** Only between nobody and everybody is there a version to keep. */
function stickingTo(step: Unnumbered, sticky: Sticky): Unnumbered {
  const shared = step.weight > 0 && step.weight < 100;
  return shared ? { ...step, rules: { ...step.rules, sticky } } : step;
}

function numbered(steps: readonly Unnumbered[]): Step[] {
  return steps.map((step, index) => ({ number: index + 1, ...step }));
}

/** Blue/green: everybody at once, after copies of their requests when a mirror is asked for. */
function switchOf({ mirror, bake, after }: BlueGreen): Unnumbered[] {
  const tests = after.tests.length > 0 ? { tests: after.tests } : {};
  const all = { weight: 100, bake: { ...bake, ...after.bake }, ...tests };
  return mirror === undefined ? [all] : [{ weight: 0, bake, rules: { mirror } }, all];
}

type Unnumbered = Omit<Step, 'number'>;

function stepsFrom(
  step: StepSpec,
  bake: Step['bake'],
  before: Unnumbered | undefined,
  granularity: number,
): Unnumbered[] {
  const rings = before?.rules?.rings ?? [];
  if (typeof step === 'object' && 'ring' in step) {
    return [{ weight: 0, bake, rules: { rings: [...rings, step.ring] } }];
  }
  const kept = rings.length > 0 ? { rings } : {};
  if (typeof step === 'object' && 'mirror' in step) {
    return [{ weight: 0, bake, rules: { ...kept, mirror: step.mirror } }];
  }
  const weights = isGenerated(step) ? roundAll(weightsOf(step), granularity) : weightsOf(step);
  const last = before?.weight ?? 0;
  return weights
    .filter((weight) => !isGenerated(step) || weight > last)
    .map((weight) => {
      // At 100 % everybody has it, insiders or not.
      const needed = weight < 100 && rings.length > 0;
      return { weight, bake, ...(needed ? { rules: kept } : {}) };
    });
}

function isGenerated(step: StepSpec): boolean {
  return typeof step === 'object' && ('linear' in step || 'exponential' in step);
}

/** To the nearest weights the router can set, each once and without traces of binary fractions. */
function roundAll(weights: readonly number[], granularity: number): Weight[] {
  const rounded = weights.map((weight) => {
    const units = Math.round(weight / granularity);
    return Math.min(100, Number((units * granularity).toFixed(6)));
  });
  return [...new Set(rounded)];
}

/** Whether a step is called by something else than its weight. */
export function isNamed({ weight, rules }: Pick<Step, 'weight' | 'rules'>): boolean {
  return weight === 0 && rules !== undefined;
}

/** What a step reaches, in words: `5 %`, `ring x-user-group=insiders`, `mirror 10 %`. */
export function audienceOf({ weight, rules }: Pick<Step, 'weight' | 'rules'>): string {
  const ring = rules?.rings?.at(-1);
  if (weight > 0) return percent(weight);
  if (rules?.mirror !== undefined) return `mirror ${percent(rules.mirror)}`;
  return ring ? `ring ${ringWords(ring)}` : percent(weight);
}

/** Why these steps cannot be taken with a router of these powers, if so. */
export function problemsOf(steps: readonly Step[], powers: RouterPowers): string[] {
  return steps.flatMap((step, index) => {
    const before = steps[index - 1];
    const problems = powerProblems(step, before?.rules ?? {}, powers);
    if (step.bake && step.bake.min > step.bake.max)
      problems.push(`the bake's min is above its max`);
    return [
      ...orderProblems(step, before?.weight ?? 0),
      ...problems.map((problem) => `step ${step.number}: ${problem}`),
    ];
  });
}

function orderProblems({ number, weight, rules }: Step, before: Weight): string[] {
  const early = weight === 0 && before === 0 && rules !== undefined;
  if (early || weight > before) return [];
  return [`step ${number} (${weight} %) must be above step before (${before} %)`];
}

/** Each power is missed once: in the first step that needs it. */
function powerProblems(
  { weight, rules = {} }: Step,
  before: TrafficRules,
  powers: RouterPowers,
): string[] {
  const { granularity } = powers;
  const coarse = [weight, rules.mirror ?? 0].some((share) => {
    const units = share / granularity;
    return Math.abs(units - Math.round(units)) > 1e-6;
  });
  const known = new Set(beyond(before, powers));
  const missed = beyond(rules, powers).filter((power) => !known.has(power));
  return [
    ...(coarse ? [`the router sets weights in units of ${granularity} %`] : []),
    ...missed.map((power) => `the router cannot ${power}`),
  ];
}
