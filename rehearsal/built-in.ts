/** Built-in scenarios: what may happen to any release, each where the plan has a place for it. */

import { countTests, rolloutsOf, type Plan } from '../domain/plan.ts';
import { scenarioSchema, type Scenario, type ScenarioInput } from './scenario.ts';

interface BuiltIn {
  description: string;
  /** `from`: the step at which it happens. */
  script(from: `step ${number}`): Omit<ScenarioInput, 'name'>;
  /** Whether it could make a difference. */
  concerns(plan: Plan): boolean;
}

const evidence =
  (is: 'fail' | 'noData' | 'providerError', expect: ScenarioInput['expect'] = {}) =>
  (from: `step ${number}`) => ({ evidence: [{ from, is }], expect });

const watched = (plan: Plan) =>
  plan.waves.some(({ rollouts }) =>
    rollouts.some(({ metrics, steps }) => metrics.length > 0 && steps.some(({ bake }) => bake)),
  );
const always = () => true;

/** Longer than a target or a router is waited for on the way forward. */
const outage = '35m';

export const builtIns: Record<string, BuiltIn> = {
  good: {
    description: 'all evidence passes, and people approve at once',
    script: () => ({ expect: { outcome: 'succeeded' } }),
    concerns: always,
  },
  bad: {
    description: 'a regression is proven from the step on',
    script: evidence('fail', { outcome: 'rolled_back' }),
    concerns: watched,
  },
  'provider-down': {
    description: 'the metric provider is away from the step on',
    script: evidence('providerError'),
    concerns: watched,
  },
  'no-data': {
    description: 'the metrics have no data from the step on',
    script: evidence('noData'),
    concerns: watched,
  },
  'approver-absent': {
    description: 'nobody answers at any gate',
    script: () => ({ approvers: 'absent' }),
    concerns: ({ gates, waves }) =>
      [gates?.staging, gates?.retire, ...waves.map((wave) => wave.gates)].some(hasAny) ||
      waves.some(({ rollouts }) => rollouts.some((rollout) => hasAny(rollout.gates))),
  },
  'target-down': {
    description: `production cannot deploy for ${outage}`,
    script: () => ({ faults: [{ of: 'target', for: outage }] }),
    concerns: always,
  },
  'router-down': {
    description: `the router of production is away for ${outage}, from the step on`,
    script: (from) => ({ faults: [{ of: 'router', from, for: outage }] }),
    concerns: always,
  },
  'ci-red': {
    description: 'CI says no',
    script: () => ({ checks: 'fail', expect: { outcome: 'rejected' } }),
    concerns: ({ verify }) => verify.length > 0,
  },
  'test-fails': {
    description: 'every test fails',
    script: () => ({}),
    concerns: (plan) => rolloutsOf(plan).some((rollout) => (countTests(rollout) ?? 0) > 0),
  },
  'no-way-back': {
    description: 'no test passes on the version that a round trip in staging goes back to',
    script: () => ({ expect: { outcome: 'rejected' } }),
    concerns: ({ staging }) => hasAny(staging?.roundTrip) && hasAny(staging?.tests),
  },
};

function hasAny(list: readonly unknown[] | undefined): boolean {
  return (list?.length ?? 0) > 0;
}

/** The scenario that `bad` or `bad:3` stands for; null when there is none of that name. */
export function builtIn(text: string, plan: Plan): Scenario | null {
  const [, name = '', step = '1'] = /^([a-z-]+)(?::([1-9]\d{0,2}))?$/.exec(text) ?? [];
  const found = Object.hasOwn(builtIns, name) ? builtIns[name] : undefined;
  if (!found) return null;
  const script = found.script(`step ${Number(step)}`);
  const tests = name === 'test-fails' ? failing(plan) : {};
  const wayBack = name === 'no-way-back' ? failing(plan) : {};
  return scenarioSchema.parse({ name: text, tests, wayBack, ...script });
}

function failing(plan: Plan): Record<string, 'fail'> {
  const tests = rolloutsOf(plan).flatMap((rollout) => [
    ...rollout.tests,
    ...rollout.steps.flatMap((step) => step.tests ?? []),
  ]);
  return Object.fromEntries(tests.map(({ name }) => [name, 'fail' as const]));
}

/** All that could make a difference to this plan. */
export function builtInsFor(plan: Plan): Scenario[] {
  const names = Object.keys(builtIns).filter((name) => builtIns[name]?.concerns(plan));
  return names.flatMap((name) => builtIn(name, plan) ?? []);
}
