import { describe, expect, it } from 'vitest';
import {
  aGauge,
  aLatency,
  aLimit,
  aRatio,
  arms,
  aSetting,
  repeated,
} from '../../../test/support/sequential.ts';
import { overflowBound } from '../samples.ts';
import type { Sample } from '../verdict.ts';
import { ratioInterval } from './intervals.ts';
import { sequentialJudge } from './judge.ts';
import type { MetricInterval } from './observation.ts';
import type { MetricReport } from './report.ts';
import type { SequentialMetric } from './settings.ts';
import { addShare } from './share-groups.ts';

function report(
  metric: SequentialMetric,
  interval: MetricInterval | null,
  times = 30,
): MetricReport {
  const judge = sequentialJudge([metric], aSetting());
  const list = repeated(times, { [metric.name]: interval });
  const [only] = judge.report(list.reduce(judge.observe, judge.start()));
  if (!only) throw new Error('nothing was reported');
  return only;
}
const countsOf = (nc: number, x: number, nb: number, y: number) => ({
  canary: { requests: nc, events: x },
  baseline: { requests: nb, events: y },
});
const latency = (fast: number, slow: number): Sample => ({
  kind: 'latency',
  buckets: [
    [100, fast],
    [200, fast + slow],
    [overflowBound, fast + slow],
  ],
});
const inOrder = (estimate: MetricReport['ratio']) => {
  expect(estimate?.low).toBeLessThan(estimate?.value ?? Number.NaN);
  expect(estimate?.high).toBeGreaterThan(estimate?.value ?? Number.NaN);
};

describe('domain/analysis/sequential/report', () => {
  it('a ratio: rates, their ratio, and what is needed', () => {
    const seen = report(aRatio(), arms([100, 2], [1900, 19]));
    expect(seen).toMatchObject({
      name: 'errors',
      type: 'ratio',
      unit: 'share',
      seen: 3000,
      bounds: [],
    });
    expect(seen.canary?.value).toBeCloseTo(0.02, 12);
    expect(seen.baseline?.value).toBeCloseTo(0.01, 12);
    expect(seen.ratio?.value).toBeCloseTo(2, 12);
    [seen.canary, seen.baseline, seen.ratio].forEach(inOrder);
    const whole = addShare({}, countsOf(3000, 60, 57_000, 570));
    expect([seen.ratio?.low, seen.ratio?.high]).toEqual(ratioInterval(whole, 0.01));
    // requestsNeeded at 1 % and a share of 5 %, less the 3000 that were seen.
    expect(seen.moreToFail).toBe(3977);
    expect(seen.moreToPass).toBe(236);
  });

  it('what passed needs nothing more', () => {
    const seen = report(aRatio(), arms([1000, 1], [19_000, 190]));
    expect(seen).toMatchObject({ passed: true, moreToPass: 0 });
  });

  it('a limit needs no baseline', () => {
    const seen = report(aLimit(0.05), arms([100, 1], null));
    expect(seen.canary?.value).toBeCloseTo(0.01, 12);
    expect(seen.baseline).toEqual({ value: null, low: 0, high: 1 });
    expect(seen.ratio).toEqual({ value: null, low: 0, high: null });
  });

  it('one request is a rate already', () => {
    expect(report(aLimit(0.05), arms([1, 1], null), 1).canary?.value).toBe(1);
  });

  it('a limit that is broken will never pass: nothing to wait for', () => {
    expect(report(aLimit(0.05), arms([100, 9], null)).moreToPass).toBeNull();
  });

  it('latency by quantile in milliseconds, by threshold as a share', () => {
    const interval = { canary: latency(90, 10), baseline: latency(1800, 100) };
    const byQuantile = report(aLatency({ quantile: 0.95 }), interval);
    expect(byQuantile).toMatchObject({ unit: 'ms', bounds: [100, 200] });
    expect(byQuantile.canary).toMatchObject({ value: 150, low: 100, high: 200 });
    const byThreshold = report(aLatency({ threshold: 100 }), interval);
    expect(byThreshold).toMatchObject({ unit: 'share', bounds: [100] });
    expect(byThreshold.canary?.value).toBeCloseTo(0.1, 12);
  });

  it('a gauge: the change alone, in both directions of worse', () => {
    const judge = (metric: SequentialMetric) => sequentialJudge([metric], aSetting());
    const values = Array.from({ length: 40 }, (_, index) => ({
      index,
      metrics: {
        cpu: {
          canary: { kind: 'gauge' as const, value: 1.2 + 0.01 * ((index * 7) % 5) },
          baseline: { kind: 'gauge' as const, value: 1 + 0.01 * ((index * 3) % 4) },
        },
      },
    }));
    for (const direction of ['increase', 'decrease'] as const) {
      const one = judge(aGauge({ direction }));
      const [seen] = one.report(values.reduce(one.observe, one.start()));
      expect(seen).toMatchObject({
        unit: null,
        canary: null,
        baseline: null,
        noise: null,
        seen: 40,
      });
      expect(seen?.ratio?.value).toBeCloseTo(1.202, 2);
      inOrder(seen?.ratio ?? null);
    }
  });

  it('a gauge with few points has no interval yet', () => {
    const interval: MetricInterval = {
      canary: { kind: 'gauge', value: 2 },
      baseline: { kind: 'gauge', value: 1 },
    };
    const seen = report(aGauge(), interval, 3);
    expect(seen.ratio?.value).toBeCloseTo(2, 12);
    expect(seen).toMatchObject({
      ratio: { low: null, high: null },
      moreToFail: 15,
      moreToPass: 15,
    });
  });

  it.each<[string, SequentialMetric]>([
    ['a ratio', aRatio()],
    ['a limit', aLimit(0.1)],
    ['latency', aLatency({ quantile: 0.99 })],
    ['a gauge', aGauge()],
  ])('%s of which nothing was seen can be shown', (_, metric) => {
    const seen = report(metric, null);
    expect(seen).toMatchObject({ seen: 0, passed: false });
    expect(JSON.parse(JSON.stringify(seen))).toEqual(seen);
  });
});
