import { describe, expect, it } from 'vitest';
import {
  aGauge,
  aLatency,
  aLimit,
  aRatio,
  arms,
  aSetting,
  counted,
} from '../../../test/support/sequential.ts';
import { overflowBound } from '../samples.ts';
import type { Sample } from '../verdict.ts';
import { evidenceOf, hasPassed, observeMetric, startMetric } from './metric.ts';
import type { History, MetricInterval } from './observation.ts';
import type { SequentialMetric } from './settings.ts';

const settings = aSetting();
const gauge = (value: number): Sample => ({ kind: 'gauge', value });

const latency = (...counts: [number, number, number]): Sample => ({
  kind: 'latency',
  buckets: [
    [100, counts[0]],
    [250, counts[0] + counts[1]],
    [overflowBound, counts[0] + counts[1] + counts[2]],
  ],
});

function after(
  metric: SequentialMetric,
  intervals: (MetricInterval | null)[],
  history: History = [],
  asked = settings,
) {
  return intervals.reduce(
    (state, interval) => observeMetric(metric, state, interval, asked),
    startMetric(metric, history, asked),
  );
}
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe('domain/analysis/sequential/metric', () => {
  it.each<[string, SequentialMetric, MetricInterval, boolean]>([
    ['a worse ratio', aRatio(), arms([100, 10], [1900, 20]), true],
    ['a ratio as it was', aRatio(), arms([100, 1], [1900, 19]), false],
    ['fewer successes', aRatio({ direction: 'decrease' }), arms([100, 90], [1900, 1880]), true],
    ['more successes', aRatio({ direction: 'decrease' }), arms([100, 99], [1900, 1700]), false],
    ['beyond a limit', aLimit(0.05), arms([100, 10], null), true],
    ['within a limit', aLimit(0.05), arms([100, 1], [1900, 400]), false],
    [
      'slower than a threshold',
      aLatency({ threshold: 200 }),
      { canary: latency(50, 30, 20), baseline: latency(1000, 850, 50) },
      true,
    ],
    [
      'as fast as ever at that threshold',
      aLatency({ threshold: 200 }),
      { canary: latency(20, 77, 3), baseline: latency(1000, 850, 50) },
      false,
    ],
    ['a higher gauge', aGauge(), { canary: gauge(1.4), baseline: gauge(1) }, true],
    ['a lower gauge', aGauge(), { canary: gauge(0.7), baseline: gauge(1) }, false],
    [
      'a lower gauge where lower is worse',
      aGauge({ direction: 'decrease' }),
      { canary: gauge(0.7), baseline: gauge(1) },
      true,
    ],
  ])('%s', (_, metric, interval, worse) => {
    const { fail } = evidenceOf(metric, after(metric, times(20, interval)));
    expect(fail > Math.log(100)).toBe(worse);
    expect(fail > 0).toBe(worse);
  });

  it('latches a pass', () => {
    const unguarded = aSetting({ noise: { mode: 'none', canaryPods: 1 } });
    const good = times(60, arms([1000, 1], [19_000, 100]));
    const bad = times(60, arms([1000, 50], [19_000, 100]));
    const state = after(aRatio(), [...good, ...bad], [], unguarded);
    expect(hasPassed(after(aRatio(), good, [], unguarded))).toBe(true);
    expect(evidenceOf(aRatio(), state).pass).toBeLessThan(0);
    expect(hasPassed(state)).toBe(true);
    expect(hasPassed(after(aRatio(), [...bad, ...good], [], unguarded))).toBe(false);
  });

  it('a gauge latches a pass', () => {
    const good = times(30, { canary: gauge(1), baseline: gauge(1.02) });
    const state = after(aGauge(), [
      ...good,
      ...times(60, { canary: gauge(3), baseline: gauge(1) }),
    ]);
    expect(evidenceOf(aGauge(), state).pass).toBe(Number.NEGATIVE_INFINITY);
    expect(hasPassed(state)).toBe(true);
  });

  const good: MetricInterval = arms([100, 1], [1900, 19]);
  it.each<[string, SequentialMetric, MetricInterval | null]>([
    ['not measured', aRatio(), null],
    ['no canary', aRatio(), arms(null, [1900, 19])],
    ['no baseline', aRatio(), arms([100, 1], null)],
    ['a limit without a canary', aLimit(0.1), arms(null, [1900, 19])],
    ['another kind', aRatio(), { canary: gauge(1), baseline: gauge(1) }],
    ['not a number', aRatio(), arms([Number.NaN, 1], [1900, 19])],
    ['negative events', aRatio(), arms([100, -1], [1900, 19])],
    ['negative requests', aRatio(), arms([-100, 1], [1900, 19])],
    [
      'a negative bucket',
      aLatency({ threshold: 100 }),
      { canary: latency(-1, 2, 3), baseline: latency(1, 2, 3) },
    ],
    ['no stratum complete', aRatio(), { strata: { a: arms(null, [9, 1]), b: arms([9, 1], null) } }],
    ['no strata', aRatio(), { strata: {} }],
    ['a gauge in strata', aGauge(), { strata: { a: { canary: gauge(1), baseline: gauge(1) } } }],
  ])('missing: %s', (_, metric, interval) => {
    const state = after(metric, [interval]);
    expect(state.step).toEqual({ intervals: 1, missing: 1, canary: 0, baseline: 0 });
    expect(evidenceOf(metric, state).fail).toBeCloseTo(0, 12);
  });

  it('a missing interval moves the stakes on and nothing else', () => {
    const state = after(aRatio(), [good, null, good]);
    expect(state.counts[0]?.fail.rounds).toBe(3);
    expect(state.counts[0]?.seen).toEqual(after(aRatio(), [good, good]).counts[0]?.seen);
    expect(state.step).toEqual({ intervals: 3, missing: 1, canary: 200, baseline: 3800 });
  });

  describe('buckets that were changed after the past was read', () => {
    const layout = (bounds: number[], slow: number, all: number): Sample => ({
      kind: 'latency',
      buckets: [
        ...bounds.map((bound): [number, number] => [bound, all - slow]),
        [overflowBound, all],
      ],
    });
    const past = times(50, { a: layout([100, 250], 1, 100), b: layout([100, 250], 1, 100) });
    const now = (slow: number): MetricInterval => ({
      canary: layout([150, 300], slow, 100),
      baseline: layout([150, 300], 1, 1900),
    });

    it.each([
      ['a threshold', aLatency({ threshold: 200 }), [300]],
      ['a quantile', aLatency({ quantile: 0.99 }), [150]],
    ])('are judged at bounds of their own, not known to be quiet: %s', (_, metric, bounds) => {
      expect(startMetric(metric, past, settings).bounds).not.toEqual(bounds);
      const state = after(metric, times(20, now(20)), past);
      expect(state.bounds).toEqual(bounds);
      expect(state.counts[0]?.noise.calibrated).toBe(false);
      expect(evidenceOf(metric, state).fail).toBeGreaterThan(Math.log(100));
    });

    it('but never once something was counted at the old ones', () => {
      const metric = aLatency({ threshold: 200 });
      const before = {
        canary: layout([100, 250], 1, 100),
        baseline: layout([100, 250], 1, 1900),
      };
      expect(after(metric, [before, ...times(20, now(20))], past).bounds).toEqual([250]);
    });

    it('nor by an interval in which stable has had no requests', () => {
      const metric = aLatency({ threshold: 200 });
      const idle = { canary: layout([150, 300], 0, 9), baseline: layout([], 0, 0) };
      expect(after(metric, [idle], past).bounds).toEqual([250]);
    });
  });

  it('more successes than requests are no failures', () => {
    const metric = aRatio({ direction: 'decrease' });
    const state = after(metric, [arms([10, 12], [100, 90])]);
    expect(state.counts[0]?.seen).toEqual({
      canary: { requests: 10, events: 0 },
      baseline: { requests: 100, events: 10 },
    });
  });

  it('a limit reads the baseline when there is one', () => {
    const state = after(aLimit(0.1), [good]);
    expect(state.counts[0]?.seen.baseline).toEqual({ requests: 1900, events: 19 });
  });

  it('quantile bounds come from the pre-period and stay', () => {
    const metric = aLatency({ quantile: 0.95 });
    const history = times(10, { 'pod-1': latency(500, 470, 30) });
    const state = after(
      metric,
      times(5, { canary: latency(0, 10, 90), baseline: latency(0, 10, 990) }),
      history,
    );
    expect(state.bounds).toEqual([100, 250]);
    expect(state.counts.map(({ seen }) => seen.canary)).toEqual([
      { requests: 500, events: 500 },
      { requests: 500, events: 450 },
    ]);
    expect(state.counts[0]?.history.total).toEqual({ requests: 10_000, events: 5000 });
  });

  it('without a pre-period the run finds the bounds, and judges from the next interval on', () => {
    const metric = aLatency({ quantile: 0.95 });
    const interval = { canary: latency(5, 4, 1), baseline: latency(50, 44, 6) };
    expect(after(metric, times(1, interval)).bounds).toBeNull();
    const found = after(metric, times(2, interval));
    expect(found.bounds).toEqual([250]);
    expect(found.counts[0]?.fail.rounds).toBe(0);
    expect(after(metric, times(3, interval)).counts[0]?.seen.canary).toEqual({
      requests: 10,
      events: 1,
    });
    expect(hasPassed(after(metric, times(1, interval)))).toBe(false);
    expect(evidenceOf(metric, after(metric, times(1, interval)))).toEqual({ fail: 0, pass: 0 });
  });

  it('a threshold needs no pre-period', () => {
    const interval = { canary: latency(5, 4, 1), baseline: latency(50, 45, 5) };
    const state = after(aLatency({ threshold: 100 }), [interval]);
    expect(state.bounds).toEqual([100]);
    expect(state.counts[0]?.seen.canary).toEqual({ requests: 10, events: 5 });
  });

  it('latency averages FAIL over its bounds, and passes only where both do', () => {
    const metric = aLatency({ quantile: 0.95 });
    const history = times(10, { 'pod-1': latency(500, 470, 30) });
    // Slower at the lower bound only.
    const interval = { canary: latency(300, 670, 30), baseline: latency(9500, 8930, 570) };
    const state = after(metric, times(60, interval), history);
    const [lower, upper] = state.counts.map((process) => {
      return evidenceOf(aRatio(), { ...state, counts: [process] });
    });
    const { fail, pass } = evidenceOf(metric, state);
    const mean = (Math.exp(lower?.fail ?? 0) + Math.exp(upper?.fail ?? 0)) / 2;
    expect(fail).toBeCloseTo(Math.log(mean), 9);
    expect(pass).toBe(lower?.pass);
    expect([state.counts[0]?.passed, state.counts[1]?.passed]).toEqual([false, true]);
    expect(hasPassed(state)).toBe(false);
  });

  it('another histogram layout is missing for the test, not for the traffic', () => {
    const other: Sample = {
      kind: 'latency',
      buckets: [
        [300, 9],
        [overflowBound, 10],
      ],
    };
    const metric = aLatency({ threshold: 100 });
    const state = after(metric, [
      { canary: latency(5, 4, 1), baseline: latency(5, 4, 1) },
      { canary: other, baseline: latency(5, 4, 1) },
    ]);
    expect(state.counts[0]?.seen.canary.requests).toBe(10);
    expect(state.counts[0]?.fail.rounds).toBe(2);
  });

  it('noise of the history weakens the evidence', () => {
    const history = Array.from({ length: 60 }, (_, i) => ({
      'pod-1': counted(1000, i % 2 === 0 ? 5 : 25),
      'pod-2': counted(1000, i % 2 === 0 ? 5 : 25),
    }));
    const intervals = times(10, arms([100, 5], [1900, 28]));
    const evidence = (mode: 'strict' | 'none') => {
      const asked = aSetting({ noise: { mode, canaryPods: 1 } });
      return evidenceOf(aRatio(), after(aRatio(), intervals, history, asked)).fail;
    };
    expect(evidence('strict')).toBeLessThan(evidence('none') - 1);
  });

  it('noise of the run itself weakens the evidence, except without a guard', () => {
    const waves = Array.from({ length: 60 }, (_, i) =>
      arms([100, i % 10 < 5 ? 12 : 0], [1900, 40]),
    );
    const noise = (mode: 'strict' | 'cancel' | 'none') => {
      const asked = aSetting({ noise: { mode, canaryPods: 1 } });
      return after(aRatio(), waves, [], asked).counts[0]?.noise;
    };
    expect(noise('strict')?.canary).toBeGreaterThan(0.5);
    expect(noise('cancel')?.canary).toBeGreaterThan(0.5);
    expect(noise('none')).toEqual({ canary: 0, baseline: 0, calibrated: false });
  });

  it('a mix of traffic that differs is no regression when strata are told apart', () => {
    // Checkout fails in 10 % everywhere, browsing in 0.1 %; the canary happens to get more checkouts.
    const mixed = { checkout: arms([80, 8], [200, 20]), browse: arms([20, 0], [1700, 2]) };
    const pooled = arms([100, 8], [1900, 22]);
    const strata = after(aRatio(), times(60, { strata: mixed }));
    expect(evidenceOf(aRatio(), strata).fail).toBeLessThan(0);
    expect(evidenceOf(aRatio(), after(aRatio(), times(60, pooled))).fail).toBeGreaterThan(50);
    expect(strata.strata).toEqual(['browse', 'checkout']);
    expect(strata.step).toMatchObject({ canary: 6000, baseline: 114_000 });
  });
});
