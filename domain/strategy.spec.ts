import { describe, expect, it } from 'vitest';
import { aProduction, aSpec } from '../test/support/builders.ts';
import type { SpecInput } from './spec.ts';
import { audienceOf, problemsOf, stepsOf } from './strategy.ts';
import type { RouterPowers } from './traffic.ts';

type StrategyInput = SpecInput['production']['strategy'];

const stepsFor = (strategy: StrategyInput) =>
  stepsOf(aSpec({ production: aProduction({ strategy }) }).production.strategy, 0.01);
const usual = { min: 120_000, max: 1_200_000 };

describe('domain/strategy', () => {
  it.each<[string, StrategyInput, unknown[]]>([
    ['the default', undefined, [1, 5, 25, 50, 100].map((weight) => [weight, usual])],
    [
      '100 % is added when it is missing',
      { canary: { steps: [10] } },
      [
        [10, usual],
        [100, usual],
      ],
    ],
    [
      'a step with a bake of its own keeps what it leaves out',
      { canary: { steps: [{ weight: 10, bake: { min: '5m' } }, { weight: 100 }] } },
      [
        [10, { min: 300_000, max: 1_200_000 }],
        [100, usual],
      ],
    ],
    [
      'linear, from the first distance',
      { canary: { steps: { linear: { by: 30 } } } },
      [30, 60, 90, 100].map((weight) => [weight, usual]),
    ],
    [
      'linear, with an end and a bake of its own',
      { canary: { steps: { linear: { from: 5, by: 10, to: 30 }, bake: { max: '1h' } } } },
      [
        [5, { min: 120_000, max: 3_600_000 }],
        [15, { min: 120_000, max: 3_600_000 }],
        [25, { min: 120_000, max: 3_600_000 }],
        [100, usual],
      ],
    ],
    [
      'exponential, ending at 100',
      { canary: { steps: { exponential: { from: 1, factor: 10 } } } },
      [1, 10, 100].map((weight) => [weight, usual]),
    ],
    [
      'written and generated steps in one list, without traces of binary fractions',
      { canary: { steps: [0.05, { linear: { from: 0.1, by: 0.1, to: 0.4 } }, 50] } },
      [0.05, 0.1, 0.2, 0.3, 0.4, 50, 100].map((weight) => [weight, usual]),
    ],
    ['blue/green', { blueGreen: {} }, [[100, usual]]],
    [
      'blue/green with a mirror and its own bake after the switch',
      { blueGreen: { mirror: '20%', bake: { min: '5m' }, after: { bake: { max: '1h' } } } },
      [
        [0, { min: 300_000, max: 1_200_000 }],
        [100, { min: 300_000, max: 3_600_000 }],
      ],
    ],
    ['all at once, unwatched', { allAtOnce: {} }, [[100, null]]],
    ['all at once, watched', { allAtOnce: { bake: {} } }, [[100, usual]]],
  ])('steps: %s', (_, strategy, expected) => {
    const steps = stepsFor(strategy);
    expect(steps.map(({ weight, bake }) => [weight, bake])).toEqual(expected);
    expect(steps.map(({ number }) => number)).toEqual(steps.map((_step, index) => index + 1));
  });

  const header = { header: { name: 'X-User-Group', value: 'insiders' } };
  const cookie = { cookie: { name: 'Beta', value: 'yes' } };
  const insiders = { header: { name: 'x-user-group', value: 'insiders' } };

  it('keeps rings through the steps after them, and a mirror for its own step', () => {
    const bake = { max: '1h' };
    const steps = stepsFor({
      canary: { steps: [{ ring: header, bake }, { mirror: '12.5%' }, { ring: cookie }, 50] },
    });
    expect(steps).toEqual([
      { number: 1, weight: 0, bake: { ...usual, max: 3_600_000 }, rules: { rings: [insiders] } },
      { number: 2, weight: 0, bake: usual, rules: { rings: [insiders], mirror: 12.5 } },
      { number: 3, weight: 0, bake: usual, rules: { rings: [insiders, cookie] } },
      { number: 4, weight: 50, bake: usual, rules: { rings: [insiders, cookie] } },
      { number: 5, weight: 100, bake: usual },
    ]);
    expect(steps.map(audienceOf)).toEqual([
      'ring x-user-group=insiders',
      'mirror 12.5 %',
      'ring cookie Beta=yes',
      '50 %',
      '100 %',
    ]);
  });

  it('generates weights after a ring', () => {
    const steps = stepsFor({ canary: { steps: [{ ring: cookie }, { linear: { by: 50 } }] } });
    expect(steps.map(({ weight, rules }) => [weight, rules?.rings?.length ?? 0])).toEqual([
      [0, 1],
      [50, 1],
      [100, 0],
    ]);
  });

  it('keeps users with the version they met wherever there are two of them', () => {
    const steps = stepsFor({
      canary: { steps: [{ ring: cookie }, 5, 100], sticky: { ttl: '90s' } },
    });
    const sticky = { cookie: 'crescendo', ttl: 90_000 };
    expect(steps.map(({ rules }) => rules)).toEqual([
      { rings: [cookie] },
      { rings: [cookie], sticky },
      undefined,
    ]);
    const problems = ['step 2: the router cannot keep users with a version'];
    expect(problemsOf(steps, { granularity: 1, cookie: true })).toEqual(problems);
    expect(problemsOf(steps, { granularity: 1, cookie: true, sticky: true })).toEqual([]);
  });

  it('tests after the switch of blue/green, and mirrors before it', () => {
    const smoke = { name: 'smoke', http: { url: '/health' } };
    const steps = stepsFor({ blueGreen: { mirror: 20, after: { tests: [smoke] } } });
    expect(steps.map(({ rules, tests }) => [rules, tests?.map(({ name }) => name)])).toEqual([
      [{ mirror: 20 }, undefined],
      [undefined, ['smoke']],
    ]);
  });

  const able = { granularity: 1, header: true, cookie: true, mirror: true };

  it.each<[string, RouterPowers, string[]]>([
    ['everything', able, []],
    [
      'no headers',
      { ...able, header: false },
      ['step 1: the router cannot send requests with a certain header to one version'],
    ],
    [
      'no cookies',
      { ...able, cookie: false },
      ['step 3: the router cannot send requests with a certain cookie to one version'],
    ],
    ['no copies', { ...able, mirror: false }, ['step 2: the router cannot copy requests']],
    [
      'coarse copies',
      { ...able, granularity: 5 },
      ['step 2: the router sets weights in units of 5 %'],
    ],
  ])('a router that can do %s', (_, powers, expected) => {
    const steps = [{ ring: header }, { mirror: 12 }, { ring: cookie }, 50];
    expect(problemsOf(stepsFor({ canary: { steps } }), powers)).toEqual(expected);
  });

  const step = (number: number, weight: number, bake = usual) => ({ number, weight, bake });

  it.each([
    ['whole percents', [step(1, 1), step(2, 100)], 1, []],
    ['fine steps of a fine router', [step(1, 0.05), step(2, 33.3)], 0.01, []],
    [
      'finer than the router',
      [step(1, 0.5)],
      1,
      ['step 1: the router sets weights in units of 1 %'],
    ],
    ['falling', [step(1, 50), step(2, 25)], 1, ['step 2 (25 %) must be above step before (50 %)']],
    ['equal', [step(1, 5), step(2, 5)], 1, ['step 2 (5 %) must be above step before (5 %)']],
    ['nothing', [step(1, 0)], 1, ['step 1 (0 %) must be above step before (0 %)']],
    [
      'min above max',
      [step(1, 5, { min: 2, max: 1 })],
      1,
      ["step 1: the bake's min is above its max"],
    ],
  ])('problems: %s', (_, steps, granularity, expected) => {
    expect(problemsOf(steps, { granularity })).toEqual(expected);
  });
});
