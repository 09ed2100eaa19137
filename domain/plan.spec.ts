import { describe, expect, it } from 'vitest';
import { aProduction, aSpec, aVersion } from '../test/support/builders.ts';
import { emptyLedger, quarantine, recordRollout, recordVersion, type Ledger } from './ledger.ts';
import { planRelease, planReturn, rolloutsOf, type Plan, type PlanContext } from './plan.ts';
import type { Spec, SpecInput } from './spec.ts';

/** A ledger in which each environment finished these versions, in order. */
function finished(past: Record<string, string[]>, alsoKnown: string[] = []): Ledger {
  let ledger = emptyLedger();
  for (const name of alsoKnown) ledger = recordVersion(ledger, aVersion(name));
  for (const [environment, versions] of Object.entries(past)) {
    versions.forEach((version, index) => {
      ledger = recordVersion(ledger, aVersion(version));
      const entry = { version, release: index + 1, outcome: 'finished' as const, at: 't' };
      ledger = recordRollout(ledger, environment, entry, version);
    });
  }
  return ledger;
}

const powers = { fake: { granularity: 0.01 } };
const plan = (spec: Spec, version: string, ledger: Ledger, able: PlanContext['powers'] = powers) =>
  planRelease(spec, aVersion(version), {
    ledger: recordVersion(ledger, aVersion(version)),
    powers: able,
  });

function planned(spec: Spec, version: string, ledger: Ledger): Plan {
  const result = plan(spec, version, ledger);
  if ('refusals' in result) throw new Error(result.refusals.join('; '));
  return result.plan;
}

const waves = (...list: Extract<SpecInput['production']['waves'], unknown[]>) =>
  aSpec({ production: aProduction({ waves: list }) });
const before = finished({ staging: ['1.0.0'], eu: ['1.0.0'] });

describe('domain/plan', () => {
  it('says what a halt means, how many failures a wave tolerates, and what is watched after it', () => {
    const spec = waves(
      { environments: ['eu'], bakeAfter: { min: '1m', max: '5m' } },
      { environments: ['us'], maxFailures: '100%' },
    );
    const both = finished({ staging: ['1.0.0'], eu: ['1.0.0'], us: ['1.0.0'] });
    const { waves: list, scope, baking } = planned(spec, '1.1.0', both);
    expect(scope).toBe('release');
    expect(list.map(({ maxFailures, bakeAfter }) => [maxFailures, bakeAfter])).toEqual([
      [0, { min: 60_000, max: 300_000 }],
      [1, null],
    ]);
    expect(list.map(({ rollouts }) => rollouts[0]?.afterWave)).toEqual([
      { number: 4, weight: 100, bake: { min: 60_000, max: 300_000 } },
      undefined,
    ]);
    // Three steps of two minutes in each wave, and the minute between them.
    expect(baking.min).toBe(2 * 3 * 120_000 + 60_000);
  });

  it('takes a first release to everybody in one step, judged by absolute limits alone', () => {
    const { waves: list, warnings } = planned(aSpec(), '1.0.0', emptyLedger());
    const eu = list[0]?.rollouts[0];
    expect(eu?.steps).toEqual([{ number: 1, weight: 100, bake: { min: 120_000, max: 1_200_000 } }]);
    expect(eu).toMatchObject({ stable: null, designated: null });
    expect(eu?.metrics).toMatchObject([{ judgedBy: 'bound', limit: 0.01 }]);
    expect(eu?.metrics[0]).not.toHaveProperty('ratioToStable');
    expect(warnings).toEqual(['eu: first release, all traffic at once and nothing to return to']);
  });

  it('judges nothing in a first release without absolute limits, and says so', () => {
    const spec = aSpec({
      analysis: { metrics: [{ signal: 'errors', from: 'edge', ratioToStable: 2 }] },
    });
    const { waves: list, warnings } = planned(spec, '1.0.0', emptyLedger());
    expect(list[0]?.rollouts[0]?.steps).toEqual([{ number: 1, weight: 100, bake: null }]);
    expect(warnings[0]).toContain('no metric has a limit, so none is judged');
  });

  it('plans staging without shares, and production step by step', () => {
    const result = planned(aSpec(), '1.1.0', before);
    expect(rolloutsOf(result).map(({ environment }) => environment)).toEqual(['staging', 'eu']);
    expect(result.staging).toMatchObject({
      stage: 'staging',
      steps: [{ weight: 100, bake: null }],
      metrics: [],
      tests: [{ name: 'smoke' }],
      onTestFailure: 'reject',
    });
    const eu = result.waves[0]?.rollouts[0];
    expect(eu?.stable?.name).toBe('1.0.0');
    expect(eu?.designated?.name).toBe('1.0.0');
    expect(eu?.steps.map(({ weight }) => weight)).toEqual([5, 25, 100]);
    expect(eu?.metrics[0]).toMatchObject({ ratioToStable: 2 });
    expect(result.baking).toEqual({ min: 3 * 120_000, max: 3 * 1_200_000 });
  });

  it('rounds generated weights to what the router can set', () => {
    const strategy = { canary: { steps: { exponential: { from: 0.4, factor: 3 } } } };
    const spec = aSpec({ production: aProduction({ strategy }) });
    const weights = (able: PlanContext['powers']) => {
      const result = plan(spec, '1.1.0', before, able);
      if ('refusals' in result) throw new Error(result.refusals.join('; '));
      return result.plan.waves[0]?.rollouts[0]?.steps.map(({ weight }) => weight);
    };
    expect(weights(powers)).toEqual([0.4, 1.2, 3.6, 10.8, 32.4, 97.2, 100]);
    expect(weights({ fake: { granularity: 1 } })).toEqual([1, 4, 11, 32, 97, 100]);
    expect(weights({ fake: { granularity: 5 } })).toEqual([5, 10, 30, 95, 100]);
  });

  it('adds up baking by waves and by how many run at a time', () => {
    const two = finished({ staging: ['1.0.0'], eu: ['1.0.0'], us: ['1.0.0'] });
    const each = 3 * 120_000;
    const min = (spec: Spec) => planned(spec, '1.1.0', two).baking.min;
    expect(min(waves({ environments: ['eu', 'us'] }))).toBe(each);
    expect(min(waves({ environments: ['eu', 'us'], parallel: 1 }))).toBe(2 * each);
    expect(min(waves({ environments: ['eu'] }, { environments: ['us'] }))).toBe(2 * each);
  });

  it('puts gates before their waves, and `production` before the first', () => {
    const spec = aSpec({
      production: aProduction({
        waves: [{ environments: ['eu'] }, { environments: ['us'] }],
        gates: [{ before: 'production' }, { before: 'wave 1' }, { before: 'wave 2', approvals: 2 }],
      }),
    });
    const { waves: list } = planned(spec, '1.0.0', emptyLedger());
    expect(list.map(({ gates }) => gates.map((gate) => gate.before))).toEqual([
      ['production', 'wave 1'],
      ['wave 2'],
    ]);
  });

  it('leaves an environment alone in which the version is live already', () => {
    const spec = waves({ environments: ['eu', 'us'] });
    const ledger = finished({ staging: ['1.0.0'], eu: ['1.0.0', '1.1.0'], us: ['1.0.0'] });
    const result = planned(spec, '1.1.0', ledger);
    expect(rolloutsOf(result).map(({ environment }) => environment)).toEqual(['staging', 'us']);
    expect(result.warnings).toContain('eu: 1.1.0 is live there already, left as it is');
  });

  it('sends the activities of an environment to its worker', () => {
    const spec = aSpec();
    spec.environments['eu']!.worker = 'eu-private';
    const { waves: list, staging } = planned(spec, '1.1.0', before);
    expect(list[0]?.rollouts[0]?.taskQueue).toBe('crescendo-eu-private');
    expect(staging?.taskQueue).toBe('crescendo');
  });

  it('designates the named version in production, the last good one in staging', () => {
    const spec = aSpec({ rollback: { to: 'version:0.9.0' } });
    const ledger = finished({ staging: ['1.0.0'], eu: ['1.0.0'] }, ['0.9.0']);
    const result = planned(spec, '1.1.0', ledger);
    expect(result.waves[0]?.rollouts[0]?.designated?.name).toBe('0.9.0');
    expect(result.staging?.designated?.name).toBe('1.0.0');
  });

  const bad = (ledger: Ledger, version: string) =>
    quarantine(ledger, version, { reason: 'bad', release: 1, at: 't' });
  const canary = (steps: number[]) =>
    aSpec({ production: aProduction({ strategy: { canary: { steps } } }) });
  const ratioOnly = { metrics: [{ signal: 'errors', from: 'edge', ratioToStable: 2 }] } as const;
  const atOnce = aProduction({ strategy: { allAtOnce: { bake: {} } } });

  it.each<[string, Spec, string, Ledger, PlanContext['powers'], string[]]>([
    [
      'the version is live everywhere',
      aSpec(),
      '1.0.0',
      before,
      powers,
      ['1.0.0 is already live in every production environment'],
    ],
    [
      'the designated version is not known',
      aSpec({ rollback: { to: 'version:0.9.0' } }),
      '1.1.0',
      before,
      powers,
      [
        'eu: the designated version "0.9.0" is not known',
        'eu: there is no version to roll back to (none finished its bake)',
      ],
    ],
    [
      'the designated version is quarantined',
      aSpec({ rollback: { to: 'version:0.9.0' } }),
      '1.1.0',
      bad(finished({ staging: ['1.0.0'], eu: ['0.9.0', '1.0.0'] }), '0.9.0'),
      powers,
      ['eu: the designated version 0.9.0 is quarantined'],
    ],
    [
      'the designated version is the candidate',
      aSpec({ rollback: { to: 'version:1.1.0' } }),
      '1.1.0',
      before,
      powers,
      ['eu: the designated version is the one that is to be released'],
    ],
    [
      'no good version to go back to',
      aSpec(),
      '1.1.0',
      bad(before, '1.0.0'),
      powers,
      ['eu: there is no version to roll back to (none finished its bake)'],
    ],
    [
      'steps finer than the router',
      canary([0.5, 100]),
      '1.1.0',
      before,
      { fake: { granularity: 1 } },
      ['eu: step 1: the router sets weights in units of 1 %'],
    ],
    [
      'steps finer than a router nobody knows, taken as whole percents',
      canary([0.5, 100]),
      '1.1.0',
      before,
      {},
      ['eu: step 1: the router sets weights in units of 1 %'],
    ],
    [
      'no metrics at all',
      aSpec({ analysis: { metrics: [] } }),
      '1.1.0',
      before,
      powers,
      ['eu: no metric can be judged, so no bake could ever pass'],
    ],
    [
      'all at once with nothing but comparisons',
      aSpec({ analysis: { ...ratioOnly, metrics: [...ratioOnly.metrics] }, production: atOnce }),
      '1.1.0',
      before,
      powers,
      [
        'eu: no metric can be judged, so no bake could ever pass (all traffic at once needs metrics with `limit`, `max` or a condition)',
      ],
    ],
  ])('refuses when %s', (_, spec, version, ledger, able, refusals) => {
    expect(plan(spec, version, ledger, able)).toEqual({ refusals });
  });

  it.each([
    ['a plain version', aVersion('1.1.0'), true],
    ['one with a commit', aVersion('1.1.0', { commit: 'f'.repeat(40) }), false],
  ])('warns when verifiers will miss a commit: %s', (_, version, expected) => {
    const spec = aSpec({ verify: [{ fake: {} }] });
    const result = planRelease(spec, version, { ledger: before, powers });
    const warnings = 'plan' in result ? result.plan.warnings : [];
    expect(warnings.some((warning) => warning.includes('names no commit'))).toBe(expected);
  });

  it('warns that all at once cannot be compared with stable', () => {
    const result = planned(aSpec({ production: atOnce }), '1.1.0', before);
    expect(result.warnings).toEqual(['eu: errors: not compared, stable has no traffic beside']);
    expect(result.waves[0]?.rollouts[0]?.metrics[0]).not.toHaveProperty('ratioToStable');
  });
});

describe('domain/plan: planReturn', () => {
  const two = waves({ environments: ['eu'] }, { environments: ['us'] });
  const ledger = finished({ eu: ['1.0.0', '1.1.0', '1.2.0'], us: ['1.0.0', '1.2.0'] });
  const targets = (to: string | null, from = ledger) => {
    const result = planReturn(two, to, from);
    if ('refusals' in result) return result.refusals;
    return rolloutsOf(result.plan).map(
      ({ environment, version }) => `${environment} ${version.name}`,
    );
  };

  it.each<[string, string | null, Ledger, string[]]>([
    ['to the last good version of each environment', null, ledger, ['eu 1.1.0', 'us 1.0.0']],
    ['to a named version everywhere', '1.0.0', ledger, ['eu 1.0.0', 'us 1.0.0']],
    [
      'environments that are there already stay',
      '1.1.0',
      finished({ eu: ['1.1.0'], us: ['1.1.0', '1.2.0'] }),
      ['us 1.1.0'],
    ],
    [
      'environments without any release stay',
      '1.0.0',
      finished({ eu: ['1.0.0', '1.1.0'] }),
      ['eu 1.0.0'],
    ],
    ['nothing to do', '1.2.0', ledger, ['every environment is there already']],
    [
      'an unknown version',
      '9.9.9',
      ledger,
      ['eu: there is no 9.9.9 to go back to', 'us: there is no 9.9.9 to go back to'],
    ],
    [
      'no earlier good version',
      null,
      finished({ eu: ['1.0.0'] }),
      ['eu: there is no earlier good version to go back to'],
    ],
  ])('%s', (_, to, from, expected) => expect(targets(to, from)).toEqual(expected));

  it('goes at once and unwatched, and back to what was live when it fails', () => {
    const result = planReturn(two, null, ledger);
    const eu = 'plan' in result ? result.plan.waves[0]?.rollouts[0] : undefined;
    expect(eu).toMatchObject({ tests: [], metrics: [], steps: [{ weight: 100, bake: null }] });
    expect(eu?.stable?.name).toBe('1.2.0');
    expect(eu?.designated?.name).toBe('1.2.0');
  });
});
