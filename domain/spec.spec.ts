import { describe, expect, it } from 'vitest';
import { aProduction, aSpec, aSpecInput } from '../test/support/builders.ts';
import { specJsonSchema, specSchema, versionSchema } from './spec.ts';

/** The least a user has to write. */
const least = {
  application: 'shop',
  environments: { eu: { target: { fake: {} }, router: { fake: {} } } },
  production: { waves: [{ environments: ['eu'] }] },
};

/** Every issue as `path: message`. */
function issues(input: unknown): string[] {
  const result = specSchema.safeParse(input);
  return (result.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('domain/spec', () => {
  it('fills every default in', () => {
    expect(specSchema.parse(least)).toEqual({
      application: 'shop',
      concurrency: 'queue',
      rollback: {
        to: 'last-good',
        scope: 'release',
        deadline: 600_000,
        verify: { for: 60_000, max: 300_000 },
        rehearse: false,
      },
      verify: [],
      verifyTimeout: 3_600_000,
      environments: {
        eu: {
          target: { vendor: 'fake', settings: {} },
          router: { vendor: 'fake', settings: {} },
          windows: [],
        },
      },
      freezes: [],
      production: {
        waves: [{ environments: ['eu'] }],
        gates: [],
        strategy: {
          canary: { steps: [1, 5, 25, 50, 100], bake: { min: 120_000, max: 1_200_000 } },
        },
        tests: [],
        keepWarm: 600_000,
      },
      analysis: {
        interval: 10_000,
        falseAlarm: 0.01,
        missedRegression: 0.05,
        warmUp: 0,
        dataDelay: 0,
        minRequests: 50,
        noise: { mode: 'strict', history: 1_800_000, canaryPods: 1 },
        trafficSplit: { tolerance: 0.1, falseAlarm: 0.0001, settle: 60_000 },
        kayenta: { pass: 95, marginal: 75, groupWeights: {}, minPoints: 50 },
        metrics: [],
      },
      policy: {
        onFail: 'rollback',
        onInsufficientData: 'pause',
        onInconclusive: 'pause',
        onInvalid: 'pause',
        onProviderError: 'pause',
        extensions: 3,
        holdFor: 86_400_000,
        onHoldExpired: 'rollback',
      },
      notify: [],
    });
  });

  it('fills the defaults of a gate and of a metric in', () => {
    const spec = aSpec({ production: aProduction({ gates: [{ before: 'production' }] }) });
    expect(spec.production.gates).toEqual([
      { before: 'production', approvals: 1, exclude: [], expires: 86_400_000, then: 'reject' },
    ]);
    expect(spec.analysis.metrics).toEqual([
      {
        from: 'edge',
        signal: 'errors',
        name: 'errors',
        kind: 'ratio',
        dryRun: false,
        judgedBy: 'bound',
        limit: 0.01,
        ratioToStable: 2,
        minRequests: 50,
        failures: 2,
        window: 6,
        quantile: 0.99,
      },
    ]);
  });

  it('takes tests apart into name, kind and settings', () => {
    expect(aSpec().staging?.tests).toEqual([{ name: 'smoke', vendor: 'fake', settings: {} }]);
  });

  const production = (change: object) => ({
    ...least,
    production: { ...least.production, ...change },
  });
  const strategy = (canary: object) => production({ strategy: { canary } });
  const metric = (...metrics: object[]) => ({ ...least, analysis: { metrics } });
  const errors = { signal: 'errors', from: 'edge', limit: '1%' };

  it.each<[string, unknown, string]>([
    ['an unknown key', { ...least, polcy: {} }, ': Unrecognized key: "polcy"'],
    ['a bad name', { ...least, application: 'My Shop' }, 'application: use 1 to 63 lower-case'],
    ['no wave', production({ waves: [] }), 'production.waves: Too small'],
    [
      'two providers in one place',
      { ...least, environments: { eu: { target: { a: {}, b: {} }, router: { fake: {} } } } },
      'environments.eu.target: name exactly one provider, e.g. { envoy: { … } }; found a, b',
    ],
    [
      'a rehearsal without staging',
      { ...least, rollback: { rehearse: true } },
      'rollback.rehearse: there is no staging to rehearse the way back in',
    ],
    [
      'no provider',
      { ...least, verify: [{}] },
      'verify.0: name exactly one provider, e.g. { envoy: { … } }; found none',
    ],
    [
      'an environment that does not exist',
      production({ waves: [{ environments: ['mars'] }] }),
      'production.waves.0.environments.0: no environment is called "mars"; there are: eu',
    ],
    [
      'an environment used twice',
      production({ waves: [{ environments: ['eu'] }, { environments: ['eu'] }] }),
      'production.waves.1.environments.0: environment "eu" is used twice',
    ],
    [
      'staging that is production',
      { ...least, staging: { environment: 'eu' } },
      'production.waves.0.environments.0: environment "eu" is used twice',
    ],
    [
      'production without a router',
      { ...least, environments: { eu: { target: { fake: {} } } } },
      'environments.eu.router: "eu" receives production traffic, so it needs a router',
    ],
    [
      'a gate before a wave that is not there',
      production({ gates: [{ before: 'wave 2' }] }),
      'production.gates.0.before: there are only 1 waves',
    ],
    [
      'a gate before nothing known',
      production({ gates: [{ before: 'lunch' }] }),
      'production.gates.0.before: write `staging`, `production`',
    ],
    [
      'falling steps',
      strategy({ steps: [50, 25] }),
      'production.strategy.canary.steps.1: must be above the step before it (50 %), not 25 %',
    ],
    [
      'equal steps',
      strategy({ steps: [5, { weight: 5 }] }),
      'production.strategy.canary.steps.1: must be above the step before it (5 %), not 5 %',
    ],
    [
      'generated steps below the one before',
      strategy({ steps: [50, { linear: { by: 10 } }] }),
      'production.strategy.canary.steps.1: must be above the step before it (50 %), not 10 %',
    ],
    [
      'generated steps that end before they begin',
      strategy({ steps: { exponential: { from: 10, factor: 2, to: 5 } } }),
      'must not be below the first weight',
    ],
    [
      'more steps than anybody waits for',
      strategy({ steps: { linear: { by: 0.01 } } }),
      'production.strategy.canary.steps: makes 10000 steps; at most 100 are taken',
    ],
    [
      'a factor that never gets there',
      strategy({ steps: { exponential: { from: 1, factor: 1 } } }),
      'production.strategy',
    ],
    [
      'a ring after the first weight',
      strategy({ steps: [5, { ring: { cookie: { name: 'beta', value: 'yes' } } }] }),
      'production.strategy.canary.steps.1: rings and mirrors come before the first weight',
    ],
    [
      'a ring of a header with spaces',
      strategy({ steps: [{ ring: { header: { name: 'x user', value: 'a' } } }] }),
      'production.strategy',
    ],
    [
      'a ring of a cookie that is two',
      strategy({ steps: [{ ring: { cookie: { name: 'a', value: 'b; c=d' } } }] }),
      'production.strategy',
    ],
    [
      'a ring by both',
      strategy({
        steps: [{ ring: { header: { name: 'a', value: 'b' }, cookie: { name: 'a', value: 'b' } } }],
      }),
      'production.strategy',
    ],
    ['a mirror of nothing', strategy({ steps: [{ mirror: 0 }] }), 'production.strategy'],
    ['a mirror above everything', strategy({ steps: [{ mirror: '101%' }] }), 'production.strategy'],
    ['a mirror that is no number', strategy({ steps: [{ mirror: 'ten' }] }), 'production.strategy'],
    [
      'a bake after the switch that ends before it begins',
      production({ strategy: { blueGreen: { after: { bake: { max: '1m' } } } } }),
      'production.strategy.blueGreen.after.bake: min must not be above max',
    ],
    [
      'two tests of one name around the switch',
      production({
        strategy: {
          blueGreen: {
            before: [{ name: 'smoke', fake: {} }],
            after: { tests: [{ name: 'smoke', fake: {} }] },
          },
        },
      }),
      'production.strategy.blueGreen.after.tests: two tests are called "smoke"',
    ],
    [
      'a cookie that is gone at once',
      strategy({ sticky: { ttl: '10ms' } }),
      'production.strategy.canary.sticky.ttl: must be at least 1s',
    ],
    ['a step above 100', strategy({ steps: [101] }), 'production.strategy'],
    ['a step of nothing', strategy({ steps: [0] }), 'production.strategy'],
    [
      'a bake whose min is above its max',
      strategy({ bake: { min: '1h', max: '1m' } }),
      'production.strategy.canary.bake.max: must not be below min',
    ],
    [
      "a step's own min above the common max",
      strategy({ steps: [{ weight: 5, bake: { min: '1h' } }] }),
      'production.strategy.canary.steps.0.bake: min must not be above max',
    ],
    [
      'a duration without a unit',
      production({ keepWarm: '10' }),
      'production.keepWarm: "10" is no',
    ],
    [
      'an unknown designated version form',
      { ...least, rollback: { to: '1.0.0' } },
      'rollback.to: write `last-good` or `version:NAME`',
    ],
    [
      'a test without a name',
      production({ tests: [{ http: {} }] }),
      'production.tests.0.name: give the test a name',
    ],
    [
      'a test of two kinds',
      production({ tests: [{ name: 'a', http: {}, command: {} }] }),
      'production.tests.0: name exactly one kind of test',
    ],
    [
      'a test with settings that are none',
      production({ tests: [{ name: 'a', http: 'http://x' }] }),
      'production.tests.0.http: its settings must be a mapping',
    ],
    [
      'a metric that nothing could fail',
      metric({ signal: 'errors', from: 'edge', method: 'threshold' }),
      'analysis.metrics.0.limit: give `limit`, `ratioToStable` or both',
    ],
    [
      'a latency limit for a share',
      metric({ ...errors, limit: '300ms' }),
      'analysis.metrics.0.limit: "300ms" is no limit for this metric; write for example 1%',
    ],
    [
      'a share as latency limit',
      metric({ signal: 'latency', from: 'edge', limit: '1%' }),
      'analysis.metrics.0.limit: "1%" is no limit for this metric; write for example 300ms',
    ],
    [
      'queries without a name',
      metric({ type: 'gauge', from: 'edge', value: 'up', limit: 1 }),
      'analysis.metrics.0.name: a metric with queries needs a name',
    ],
    [
      'two metrics of one name',
      metric(errors, errors),
      'analysis.metrics.1.name: two metrics are called "errors"',
    ],
    [
      'too small an interval',
      { ...least, analysis: { interval: '100ms' } },
      'analysis.interval: must',
    ],
    ['an unknown policy', { ...least, policy: { onFail: 'extend' } }, 'policy.onFail: '],
  ])('refuses %s', (_, input, expected) => {
    expect(issues(input).join('\n')).toContain(expected);
  });

  it('accepts what the builders write', () => expect(issues(aSpecInput())).toEqual([]));

  it.each([
    ['a share in percent', errors, 0.01],
    ['a plain share', { ...errors, limit: 0.005 }, 0.005],
    ['a latency', { signal: 'latency', from: 'edge', limit: '300ms' }, 300],
    ['a gauge', { type: 'gauge', name: 'g', value: 'up', from: 'edge', limit: 0.8 }, 0.8],
  ])('reads a limit: %s', (_, one, limit) => {
    expect(specSchema.parse(metric(one)).analysis.metrics[0]).toMatchObject({ limit });
  });

  it.each([
    ['an empty name', { name: '', artifact: 'a' }],
    ['a slash in the name', { name: 'a/b', artifact: 'a' }],
    ['no artefact', { name: '1.0.0' }],
    ['a short commit', { name: '1.0.0', artifact: 'a', commit: 'abc123' }],
    ['an unknown field', { name: '1.0.0', artifact: 'a', digest: 'x' }],
  ])('refuses a version with %s', (_, version) => {
    expect(versionSchema.safeParse(version).success).toBe(false);
  });

  it('yields a JSON schema of what users write', () => {
    const schema = specJsonSchema() as { required: string[]; properties: object };
    expect(schema.required).toEqual(['application', 'environments', 'production']);
    expect(JSON.stringify(schema)).toContain('A duration such as');
  });
});
