import { describe, expect, it } from 'vitest';
import { sequentialInputSchema } from './offline-input.ts';
import { looks } from './offline.ts';

const counts = (requests: number, events: number) => ({ requests, events });
const sick = { canary: counts(100, 20), baseline: counts(1900, 2) };
const healthy = { canary: counts(100, 0), baseline: counts(1900, 2) };
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

const aCase = (change: Record<string, unknown> = {}) => ({
  id: 'friday',
  kind: 'sequential',
  metrics: [{ name: 'errors' }],
  intervals: times(3, { errors: sick }),
  ...change,
});
const run = (change: Record<string, unknown>) => looks(sequentialInputSchema.parse(aCase(change)));
const last = (change: Record<string, unknown>) => run(change).at(-1);
const problems = (change: Record<string, unknown>) =>
  sequentialInputSchema
    .safeParse(aCase(change))
    .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('domain/analysis/sequential/offline', () => {
  it('answers every interval with a look', () => {
    const lines = run({});
    expect(lines.map(({ id, look, verdict }) => [id, look, verdict])).toEqual([
      ['friday', 1, 'fail'],
      ['friday', 2, 'fail'],
      ['friday', 3, 'fail'],
    ]);
    expect(lines[0]).toEqual({
      id: 'friday',
      look: 1,
      verdict: 'fail',
      logEvidence: { errors: { fail: expect.any(Number), pass: expect.any(Number) } },
      combined: expect.any(Number),
      culprit: 'errors',
      sentence: expect.stringContaining('errors: canary 20 % of 100 requests'),
    });
  });

  it('fills in the defaults of the method', () => {
    const { metrics, settings, history, observations } = sequentialInputSchema.parse(aCase());
    expect(metrics).toEqual([
      {
        name: 'errors',
        type: 'ratio',
        direction: 'increase',
        tolerance: { relative: 0.1, absolute: 0.0001 },
        margin: { relative: 0.5, absolute: 0.001 },
        weight: 1,
        gate: true,
      },
    ]);
    expect(settings).toEqual({
      falseAlarm: 0.01,
      missedRegression: 0.05,
      interval: 10_000,
      warmUp: 0,
      minDuration: 300_000,
      maxDuration: 3_600_000,
      minRequests: 50,
      horizon: 360,
      noise: { mode: 'strict', canaryPods: 1 },
      trafficSplit: { tolerance: 0.1, falseAlarm: 0.0001 },
      restarts: 0,
    });
    expect(history).toEqual({ errors: [] });
    expect(observations[1]).toEqual({
      index: 1,
      metrics: {
        errors: {
          canary: { kind: 'ratio', bad: 20, total: 100 },
          baseline: { kind: 'ratio', bad: 2, total: 1900 },
        },
      },
    });
  });

  it('reads shares and durations as people and machines write them', () => {
    const { metrics, settings } = sequentialInputSchema.parse(
      aCase({
        metrics: [
          {
            name: 'a',
            tolerance: { relative: '20%', absolute: '0.05pp' },
            margin: { relative: 1.5 },
          },
          { name: 'b', tolerance: 0.2, margin: '80%', critical: true, weight: 2, gate: false },
          { name: 'c', type: 'limit', max: '1%' },
          { name: 'd', type: 'latency', threshold: '300ms' },
          { name: 'e', type: 'latency', quantile: 0.95 },
          { name: 'f', type: 'latency' },
          { name: 'g', type: 'gauge', direction: 'decrease' },
        ],
        alpha: '1%',
        beta: 0.1,
        interval: '30s',
        warmUp: 60_000,
        minDuration: '2m',
        maxDuration: '1h',
        noise: { mode: 'cancel', canaryPods: 3 },
        trafficSplit: null,
      }),
    );
    expect(metrics).toMatchObject([
      {
        tolerance: { relative: 0.2, absolute: 0.0005 },
        margin: { relative: 1.5, absolute: 0.001 },
      },
      {
        tolerance: { relative: 0.2, absolute: 0.0001 },
        margin: { relative: 0.8 },
        weight: 8,
        gate: false,
      },
      { type: 'limit', max: 0.01 },
      { type: 'latency', threshold: 300 },
      { type: 'latency', quantile: 0.95 },
      { type: 'latency', quantile: 0.99 },
      { type: 'gauge', direction: 'decrease' },
    ]);
    expect(settings).toMatchObject({
      falseAlarm: 0.01,
      missedRegression: 0.1,
      interval: 30_000,
      warmUp: 60_000,
      minDuration: 120_000,
      maxDuration: 3_600_000,
      horizon: 120,
      noise: { mode: 'cancel', canaryPods: 3 },
      trafficSplit: null,
    });
  });

  it.each([[{ relative: '10%', absolute: '0.2pp' }], [{ relative: '20%', absolute: '0.01pp' }]])(
    'a margin may be larger than the tolerance in one of its parts: %j',
    (margin) => {
      expect(problems({ metrics: [{ name: 'a', margin }] })).toBeUndefined();
    },
  );

  it('a margin equal to the tolerance is none', () => {
    const margin = { relative: '10%', absolute: '0.01pp' };
    expect(problems({ metrics: [{ name: 'a', margin }] })).toHaveLength(1);
  });

  it('passes, and runs into the deadline, by the length of its intervals', () => {
    const verdicts = run({
      intervals: times(60, { errors: healthy }),
      minDuration: '8m',
      maxDuration: '9m',
    }).map(({ verdict }) => verdict);
    expect(verdicts.indexOf('pass')).toBe(47);
    expect(new Set(verdicts.slice(0, 47))).toEqual(new Set(['continue']));
    expect(last({ intervals: times(10, { errors: healthy }), maxDuration: '100s' })?.verdict).toBe(
      'insufficient_data',
    );
    expect(last({ intervals: times(9, { errors: healthy }), maxDuration: '100s' })?.verdict).toBe(
      'continue',
    );
  });

  it('counts the split for a share, or share by share', () => {
    const intervals = times(6, { errors: healthy });
    expect(last({ intervals, share: 0.05 })?.verdict).toBe('continue');
    expect(last({ intervals, share: '50%' })?.verdict).toBe('invalid');
    expect(last({ intervals, share: [0.5, 0.5, 0.05] })?.verdict).toBe('continue');
    expect(last({ intervals, share: [0.05, 0.5] })?.verdict).toBe('invalid');
  });

  const buckets = {
    canary: {
      buckets: [
        [100, 50],
        [300, 80],
        ['+Inf', 100],
      ],
    },
    baseline: { buckets: { '300': 1880, '100': 1700, '+Inf': 1900 } },
  };
  it('reads buckets as pairs or by bound, and a total beside finite ones', () => {
    const latency = (interval: unknown) =>
      sequentialInputSchema.parse(
        aCase({ metrics: [{ name: 'slow', type: 'latency' }], intervals: [{ slow: interval }] }),
      ).observations[0]?.metrics['slow'];
    const infinite = Number.MAX_VALUE;
    const canary = {
      kind: 'latency',
      buckets: [
        [100, 50],
        [300, 80],
        [infinite, 100],
      ],
    };
    expect(latency(buckets)).toEqual({
      canary,
      baseline: {
        kind: 'latency',
        buckets: [
          [100, 1700],
          [300, 1880],
          [infinite, 1900],
        ],
      },
    });
    const finite = {
      requests: 100,
      buckets: [
        [300, 80],
        [100, 50],
      ],
    };
    const open = {
      buckets: [
        [100, 50],
        [300, 80],
        [null, 100],
      ],
    };
    expect(latency({ canary: finite, baseline: open })).toEqual({ canary, baseline: canary });
    expect(latency({ canary: { buckets: [[100, 5]] }, baseline: { value: 3 } })).toEqual({
      canary: { kind: 'latency', buckets: [[100, 5]] },
      baseline: null,
    });
  });

  it('judges every type beside the others', () => {
    const answer = last({
      metrics: [
        { name: 'errors' },
        { name: 'slow', type: 'latency', threshold: 100 },
        { name: 'cpu', type: 'gauge' },
        { name: 'slo', type: 'limit', max: 0.9 },
      ],
      intervals: times(20, {
        errors: healthy,
        slow: buckets,
        cpu: { canary: { value: 1 }, baseline: { value: 1 } },
        slo: { canary: counts(10, 1) },
      }),
    });
    expect(answer).toMatchObject({ verdict: 'fail', culprit: 'slow' });
    expect(Object.keys(answer?.logEvidence ?? {})).toEqual(['cpu', 'errors', 'slo', 'slow']);
    // The gauge speaks as clearly as can be against a regression: minus infinity.
    expect(answer?.logEvidence['cpu']?.fail).toBeNull();
    expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
  });

  it('history calibrates, and finds the bounds of latency', () => {
    const storm = times(20, [
      { p1: counts(100, 1), p2: counts(100, 1) },
      { p1: counts(100, 9), p2: counts(100, 9) },
    ]).flat();
    const evidence = (noise: string) =>
      run({ intervals: times(1, { errors: sick }), history: { errors: storm }, noise })[0]
        ?.combined ?? 0;
    expect(evidence('strict')).toBeLessThan(evidence('none') - 5);

    const slow = (history: unknown) =>
      run({
        metrics: [{ name: 'slow', type: 'latency', quantile: 0.9 }],
        intervals: [{ slow: buckets }],
        history,
      })[0]?.combined;
    expect(slow({})).toBe(0);
    expect(slow({ slow: [{ p1: buckets.baseline, p2: null }] })).toBeGreaterThan(3);
  });

  it('strata are compared one by one', () => {
    const strata = {
      checkout: { canary: counts(80, 8), baseline: counts(200, 20) },
      browse: { canary: counts(20, 0), baseline: counts(1700, 2) },
    };
    expect(last({ intervals: times(30, { errors: { strata } }) })?.verdict).toBe('pass');
    const pooled = { canary: counts(100, 8), baseline: counts(1900, 22) };
    expect(last({ intervals: times(30, { errors: pooled }) })?.verdict).toBe('fail');
  });

  it('what is missing or null was not measured', () => {
    const gaps = [
      {},
      { errors: null },
      { errors: { canary: null, baseline: counts(9, 1) } },
      { errors: { canary: counts(9, 1) } },
      { errors: { canary: { requests: 9 }, baseline: counts(9, 1) } },
    ];
    const answer = last({ intervals: gaps });
    expect(answer).toMatchObject({ look: 5, verdict: 'continue', combined: 0 });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['no metrics', { metrics: [] }, 'metrics: '],
    [
      'two of one name',
      { metrics: [{ name: 'a' }, { name: 'a' }] },
      'metrics.1.name: two metrics are called "a"',
    ],
    [
      'a limit without max',
      { metrics: [{ name: 'a', type: 'limit' }] },
      'metrics.0.max: a limit needs `max`',
    ],
    [
      'a margin within the tolerance',
      { metrics: [{ name: 'a', tolerance: 0.6 }] },
      'metrics.0.margin: must be larger',
    ],
    [
      'a smaller absolute margin',
      { metrics: [{ name: 'a', tolerance: { absolute: 0.1 } }] },
      'metrics.0.margin: must be larger',
    ],
    ['an unknown type', { metrics: [{ name: 'a', type: 'histogram' }] }, 'metrics.0.type: '],
    ['alpha of 0', { alpha: 0 }, 'alpha: must be above 0'],
    ['beta of 100%', { beta: '100%' }, 'beta: must be above 0'],
    [
      'a share in words',
      { alpha: 'small' },
      'alpha: write a share such as 0.1, 10% or 0.01pp, not "small"',
    ],
    ['no length of intervals', { interval: 0 }, 'interval: must be above 0'],
    [
      'negative counts',
      { intervals: [{ errors: { canary: counts(-1, 0), baseline: counts(1, 0) } }] },
      'intervals.0.errors',
    ],
    [
      'a bucket without a bound',
      { intervals: [{ errors: { canary: { buckets: { fast: 1 } }, baseline: null } }] },
      'intervals.0.errors',
    ],
  ])('refuses %s', (_, change, problem) => {
    expect(problems(change)).toEqual(expect.arrayContaining([expect.stringContaining(problem)]));
  });
});
