import { describe, expect, it } from 'vitest';
import { limitsSchema } from '../conditions/limits.ts';
import { kayentaSettingsSchema } from '../kayenta/settings.ts';
import { harmed } from './harm.ts';
import { playKayenta, type KayentaPolicy } from './kayenta-player.ts';
import { nameOf, overridesOf, playerOf, policySchema } from './policy.ts';
import { readRecording, type Recording } from './recording.ts';
import { playSequential } from './sequential-player.ts';
import { playSpecification, unplayable, type AskConditions } from './specification-player.ts';
import { outcomeOf, shareOf, summarise } from './summary.ts';
import { playThreshold, type ThresholdPolicy } from './threshold-player.ts';

type Arm = Record<string, unknown> | null;
const counts = (requests: number, events: number): Arm => ({ requests, events });
const calm = { canary: counts(100, 1), baseline: counts(1900, 19) };
const sick = { canary: counts(100, 30), baseline: counts(1900, 19) };
const silent = { canary: null, baseline: counts(1900, 19) };

function written(intervals: unknown[], change: Record<string, unknown> = {}) {
  return {
    id: 'friday',
    kind: 'sequential',
    metrics: [{ name: 'errors' }],
    trafficSplit: null,
    label: { bad: false },
    intervals: intervals.map((errors) => ({ errors })),
    ...change,
  };
}

function aRecording(intervals: unknown[], change: Record<string, unknown> = {}): Recording {
  const read = readRecording(written(intervals, change));
  if ('issues' in read) throw new Error(JSON.stringify(read.issues));
  return read.recording;
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe('domain/analysis/backtest/recording', () => {
  const problems = (change: Record<string, unknown>, overrides = {}) => {
    const read = readRecording(written([calm], change), overrides);
    return 'issues' in read ? read.issues.map(({ path }) => path.join('.')) : [];
  };

  it('needs a label that fits', () => {
    expect(problems({ label: { bad: true, from: 0 } })).toEqual([]);
    expect(problems({ label: undefined })).toEqual(['label']);
    expect(problems({ label: { bad: 'yes' }, intervals: 3 })).toEqual(['label.bad', 'intervals']);
    expect(problems({ label: { bad: true, from: 1 } })).toEqual(['label.from']);
    expect(problems({ label: { bad: true, form: 0 } })).toEqual(['label']);
  });

  it('takes settings of a policy, and those of a metric by its name', () => {
    const read = readRecording(written([calm]), {
      alpha: '5%',
      noise: 'cancel',
      metrics: { errors: { tolerance: '30%' }, other: { weight: 2 } },
    });
    if ('issues' in read) throw new Error('not read');
    expect(read.recording.settings).toMatchObject({ falseAlarm: 0.05, noise: { mode: 'cancel' } });
    expect(read.recording.metrics).toMatchObject([{ tolerance: { relative: 0.3 } }]);
    expect(problems({}, { alpha: '200%' })).toEqual(['alpha']);
    expect(problems({}, { metrics: { errors: { margin: '1%' } } })).toEqual(['metrics.0.margin']);
  });
});

describe('domain/analysis/backtest: the sequential method', () => {
  it('stops a regression, and says when', () => {
    const played = playSequential(aRecording([...times(6, calm), ...times(6, sick)]));
    expect(played).toEqual({ failedAt: 6, passedAt: null });
  });

  it('goes on watching after a pass', () => {
    const calmly = times(60, { canary: counts(2000, 4), baseline: counts(2000, 4) });
    const late = times(30, { canary: counts(2000, 200), baseline: counts(2000, 4) });
    const played = playSequential(aRecording([...calmly, ...late], { minDuration: '1m' }));
    expect(played.passedAt).toBeGreaterThanOrEqual(5);
    expect(played.passedAt).toBeLessThan(60);
    expect(played.failedAt).toBeGreaterThanOrEqual(60);
    expect(played.failedAt).toBeLessThan(66);
  });
});

describe('domain/analysis/backtest: a fixed limit', () => {
  const policy = (change: Partial<ThresholdPolicy> = {}): ThresholdPolicy => ({
    every: 60_000,
    limits: limitsSchema.parse({ failureLimit: 1 }),
    metrics: { errors: 0.05 },
    ...change,
  });

  it('measures so many intervals together, and puts up with as many failures as it may', () => {
    const recording = aRecording([...times(6, calm), ...times(18, sick)]);
    expect(playThreshold(recording, policy())).toEqual({ failedAt: 17, passedAt: null });
    const strict = policy({ limits: limitsSchema.parse({}) });
    expect(playThreshold(recording, strict)).toEqual({ failedAt: 11, passedAt: null });
    const quick = policy({ every: 10_000 });
    expect(playThreshold(recording, quick)).toEqual({ failedAt: 7, passedAt: null });
  });

  it('passes at the end, or after as many measurements as it was told to take', () => {
    const recording = aRecording(times(12, calm));
    expect(playThreshold(recording, policy())).toEqual({ failedAt: null, passedAt: 11 });
    const counted = policy({ limits: limitsSchema.parse({ count: 1 }) });
    expect(playThreshold(recording, counted)).toEqual({ failedAt: null, passedAt: 5 });
    const exactly = policy({ metrics: { errors: 0.01 } });
    expect(playThreshold(recording, exactly)).toEqual({ failedAt: null, passedAt: 11 });
  });

  it('takes no data for what the policy says', () => {
    const recording = aRecording(times(12, silent));
    expect(playThreshold(recording, policy())).toEqual({ failedAt: null, passedAt: null });
    const failing = policy({ limits: limitsSchema.parse({ noData: 'fail', failureLimit: 1 }) });
    expect(playThreshold(recording, failing)).toEqual({ failedAt: 11, passedAt: null });
  });

  it('needs every metric with a limit to pass, and one to fail', () => {
    const both = { metrics: [{ name: 'errors' }, { name: 'other' }] };
    const intervals = times(12, 0).map((_, index) => ({
      errors: calm,
      other: index < 6 ? calm : sick,
    }));
    const recording = aRecording([], { ...both, intervals });
    expect(playThreshold(recording, policy({ metrics: { errors: 0.05, other: 0.9 } }))).toEqual({
      failedAt: null,
      passedAt: 11,
    });
    const other = policy({ metrics: { errors: 0.05, other: 0.05 }, every: 10_000 });
    expect(playThreshold(recording, other)).toEqual({ failedAt: 7, passedAt: null });
    expect(playThreshold(recording, policy({ metrics: { third: 1 } }))).toEqual({
      failedAt: null,
      passedAt: null,
    });
  });

  it('looks at the quantile of a latency, and at a gauge as it is', () => {
    const buckets = (slow: number) => ({ buckets: { '100': 100 - slow, '500': 100, '+Inf': 100 } });
    const metrics = [
      { name: 'errors', type: 'latency', quantile: 0.9 },
      { name: 'load', type: 'gauge' },
    ];
    const intervals = [1, 40].map((slow) => ({
      errors: { canary: buckets(slow), baseline: buckets(1) },
      load: { canary: { value: slow }, baseline: { value: 1 } },
    }));
    const recording = aRecording([], { metrics, intervals });
    const at = (limits: Record<string, number>) =>
      playThreshold(
        recording,
        policy({ every: 10_000, metrics: limits, limits: limitsSchema.parse({}) }),
      );
    expect(at({ errors: 300 })).toEqual({ failedAt: 1, passedAt: null });
    expect(at({ errors: 450 })).toEqual({ failedAt: null, passedAt: 1 });
    expect(at({ load: 39 })).toEqual({ failedAt: 1, passedAt: null });
  });
});

describe('domain/analysis/backtest: Kayenta', () => {
  const policy = (change: Partial<KayentaPolicy> = {}): KayentaPolicy => ({
    step: 60_000,
    every: null,
    after: 0,
    until: null,
    config: kayentaSettingsSchema.parse({}),
    thresholds: { pass: 95, marginal: 75 },
    ...change,
  });
  const varied = (base: typeof calm, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      canary: counts(100 + (index % 7), base.canary?.['events'] as number),
      baseline: counts(1900 + (index % 5), 19),
    }));
  const bad = aRecording(varied(sick, 120));

  it('judges once, at the end or before', () => {
    expect(playKayenta(bad, policy())).toEqual({ failedAt: 119, passedAt: null });
    expect(playKayenta(bad, policy({ until: 600_000 }))).toEqual({ failedAt: 59, passedAt: null });
    const good = aRecording(varied(calm, 120));
    const increase = policy({
      config: kayentaSettingsSchema.parse({ effectSize: { allowedIncrease: 1.5 } }),
    });
    expect(playKayenta(good, increase)).toEqual({ failedAt: null, passedAt: 119 });
  });

  it('judges again and again on all it has seen, and stops at the first bad score', () => {
    const every = policy({ every: 60_000 });
    const { failedAt } = playKayenta(bad, every);
    expect(failedAt).toBeLessThan(60);
    expect(((failedAt ?? 0) + 1) % 6).toBe(0);
    expect(playKayenta(bad, policy({ every: 60_000, after: 900_000 })).failedAt).toBe(89);
  });

  it('is not worried by what gets better', () => {
    const better = aRecording(varied({ ...calm, canary: counts(100, 0) }, 120), {
      intervals: varied({ ...calm, canary: counts(100, 0) }, 120).map((errors) => ({ errors })),
    });
    expect(playKayenta(better, policy())).toEqual({ failedAt: null, passedAt: 119 });
    const either = policy({ config: kayentaSettingsSchema.parse({ direction: 'decrease' }) });
    expect(playKayenta(better, either)).toEqual({ failedAt: 119, passedAt: null });
  });

  it('says nothing about a recording that is shorter than a point', () => {
    const short = aRecording(times(5, sick));
    expect(playKayenta(short, policy())).toEqual({ failedAt: null, passedAt: null });
  });
});

describe('domain/analysis/backtest/harm', () => {
  it('counts bad requests beyond the rate of the baseline', () => {
    const recording = aRecording([calm, sick, sick, calm]);
    expect(harmed(recording, 0, 3)).toBeCloseTo(58);
    expect(harmed(recording, 1, 1)).toBeCloseTo(29);
  });

  it('counts slow ones, above the bound of the quantile or of the metric', () => {
    const arm = (fast: number, middle: number) => ({
      buckets: { '100': fast, '500': fast + middle, '+Inf': 100 },
    });
    const change = (metric: object) => ({
      metrics: [{ name: 'errors', type: 'latency', ...metric }],
      intervals: [{ errors: { canary: arm(60, 30), baseline: arm(98, 1) } }],
    });
    expect(harmed(aRecording([], change({ quantile: 0.985 })), 0, 0)).toBeCloseTo(38);
    expect(harmed(aRecording([], change({ threshold: 500 })), 0, 0)).toBeCloseTo(9);
  });

  it('is none where the canary did better, or nothing was counted', () => {
    expect(harmed(aRecording([{ canary: counts(100, 0), baseline: counts(100, 9) }]), 0, 0)).toBe(
      0,
    );
    expect(harmed(aRecording([silent]), 0, 0)).toBe(0);
  });
});

describe('domain/analysis/backtest/summary', () => {
  const recording = (bad: boolean, from = 0) =>
    aRecording(times(10, sick), { label: { bad, from }, interval: '1m' });
  const outcome = (bad: boolean, failedAt: number | null, passedAt: number | null, from = 0) =>
    outcomeOf(recording(bad, from), { failedAt, passedAt });

  it('counts what was found, feared and missed', () => {
    const summary = summarise('ours', [
      outcome(true, 3, null, 2),
      outcome(true, 9, 4, 2),
      outcome(true, null, 9, 2),
      // An alarm before the regression began is none for it.
      outcome(true, 1, null, 2),
      outcome(false, null, 5),
      outcome(false, 7, null),
    ]);
    expect(summary).toMatchObject({
      policy: 'ours',
      good: 2,
      bad: 4,
      recall: { count: 2, of: 4 },
      precision: { count: 2, of: 4 },
      falseAlarms: { count: 1, of: 2 },
      falsePasses: { count: 2, of: 4 },
      promoted: { count: 1, of: 2 },
      delay: { median: 480_000, p90: null },
    });
    expect(summary.harmed.total).toBeCloseTo(29 * (2 + 8 + 8 + 0));
    expect(summary.harmed.mean).toBeCloseTo((29 * 18) / 4);
  });

  it('says nothing where nothing was', () => {
    expect(summarise('none', [])).toMatchObject({
      recall: { of: 0, share: null, low: null, high: null },
      delay: { median: null, p90: null },
      harmed: { total: 0, mean: null },
    });
  });

  it('gives shares the interval of Wilson', () => {
    // Brown, Cai and DasGupta (2001) have such intervals; these by hand from the formula.
    expect(shareOf(0, 20)).toMatchObject({
      share: 0,
      low: 0,
      high: expect.closeTo(0.1611, 4) as number,
    });
    const { low, high } = shareOf(9, 10);
    expect(low).toBeCloseTo(0.5958, 4);
    expect(high).toBeCloseTo(0.9821, 4);
    expect(shareOf(20, 20)).toMatchObject({ high: 1 });
  });
});

const never = () => () => ({ phase: 'error', detail: 'not asked' }) as const;

describe('domain/analysis/backtest: a specification', () => {
  const analysis = (...metrics: object[]) => {
    const parsed = policySchema.parse({ method: 'specification', analysis: { metrics } });
    if (parsed.method !== 'specification') throw new Error('another method');
    return parsed.analysis;
  };
  const errors = { type: 'ratio', name: 'errors', from: 'x', bad: 'b', total: 't' };
  const recording = aRecording([...times(60, calm), ...times(60, sick)], { minDuration: '1m' });
  const play = (ask: AskConditions, ...metrics: object[]) =>
    playSpecification(recording, analysis(...metrics), ask);

  it('is judged as its releases are, each metric by its own method', () => {
    expect(play(never, errors).failedAt).toBe(60);
    const bound = { ...errors, limit: '10%', window: 6, failures: 2 };
    expect(play(never, bound)).toEqual({ failedAt: 62, passedAt: 5 });
    const asked: (number | null)[] = [];
    const ask: AskConditions = (metric) => (value) => {
      asked.push(value);
      const fine = metric.successCondition === 'small' && (value ?? 1) < 0.1;
      return { phase: fine ? 'successful' : 'failed', detail: null };
    };
    const conditions = { ...errors, successCondition: 'small', failureLimit: 2 };
    expect(play(ask, conditions).failedAt).toBe(62);
    expect(asked.slice(0, 2)).toEqual([0.01, 0.01]);
  });

  it('leaves out what was not recorded, and says when nothing was', () => {
    const other = { ...errors, name: 'other' };
    expect(play(never, errors, other).failedAt).toBe(60);
    expect(unplayable(recording, analysis(errors, other))).toBe(null);
    const gauge = { type: 'gauge', name: 'errors', from: 'x', value: 'v', limit: 1 };
    expect(unplayable(recording, analysis(other, gauge))).toBe(
      'recorded are errors (ratio); of these the specification has none: other (ratio), errors (gauge)',
    );
  });

  it('knows the noise of the history, strata, and intervals without data', () => {
    const pods = (events: number) => ({ a: counts(900, events), b: counts(900, 40 - events) });
    const history = { errors: Array.from({ length: 180 }, (_, i) => pods(i % 2 === 0 ? 2 : 38)) };
    const wild = (bad: typeof calm) => ({ strata: { a: bad, b: calm } });
    const intervals = [...times(30, wild(calm)), null, ...times(60, wild(sick))];
    const noisy = aRecording(intervals, { history });
    const quiet = aRecording(intervals);
    const at = (one: Recording) => playSpecification(one, analysis(errors), never).failedAt;
    expect(at(quiet)).toBeGreaterThanOrEqual(31);
    expect(at(noisy) ?? Infinity).toBeGreaterThan(at(quiet) ?? 0);
  });
});

describe('domain/analysis/backtest/policy', () => {
  const wrong = (policy: unknown) =>
    policySchema
      .safeParse(policy)
      .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

  it('reads one method with its settings', () => {
    const limits = policySchema.parse({
      method: 'threshold',
      metrics: { a: '1%', b: '300ms', c: 5 },
    });
    expect(limits).toMatchObject({ every: 60_000, metrics: { a: 0.01, b: 300, c: 5 } });
    const sequential = policySchema.parse({ name: 'x', method: 'sequential', alpha: '0.1%' });
    expect(overridesOf(sequential)).toEqual({ alpha: '0.1%' });
    expect([nameOf(sequential), nameOf(limits)]).toEqual(['x', 'threshold']);
    expect(overridesOf(limits)).toEqual({});
  });

  it('plays it', () => {
    const recording = aRecording([...times(60, calm), ...times(60, sick)]);
    const failedAt = (policy: unknown) =>
      playerOf(policySchema.parse(policy), never)(recording).failedAt;
    expect(failedAt({ method: 'sequential' })).toBe(60);
    expect(failedAt({ method: 'threshold', metrics: { errors: '5%' } })).toBe(65);
    // Half of the points are as good as the baseline's: to the rank test that may be chance.
    expect(failedAt({ method: 'kayenta' })).toBe(null);
    const later = aRecording([...times(24, calm), ...times(96, sick)]);
    const kayenta = policySchema.parse({ method: 'kayenta' });
    expect(playerOf(kayenta, never)(later).failedAt).toBe(119);
  });

  it('refuses what it does not know', () => {
    expect(wrong({ method: 'magic' })).toHaveLength(1);
    expect(wrong({ method: 'sequential', alfa: 1 })?.[0]).toContain('alfa');
    expect(wrong({ method: 'sequential', metrics: { a: { tolerence: 1 } } })?.[0]).toContain(
      'tolerence',
    );
    expect(wrong({ method: 'threshold', metrics: { a: 'often' } })?.[0]).toContain('metrics.a');
    expect(wrong({ method: 'threshold', metrics: {} })?.[0]).toContain('metrics');
  });
});
