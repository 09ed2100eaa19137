import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  combine,
  isUsable,
  overflowBound,
  overflows,
  quantileOf,
  requestsOf,
  valueOf,
} from './samples.ts';
import type { Sample } from './verdict.ts';

type Buckets = [number, number][];
const latency = (...buckets: Buckets): Sample => ({ kind: 'latency', buckets });
const ratio = (bad: number, total: number): Sample => ({ kind: 'ratio', bad, total });
const gauge = (value: number): Sample => ({ kind: 'gauge', value });

describe('domain/analysis/samples', () => {
  // The answers are those of PromQL's histogram_quantile for the same buckets.
  const histogram: Buckets = [
    [100, 10],
    [200, 30],
    [400, 40],
    [overflowBound, 40],
  ];
  it.each<[string, Buckets, number, number | null]>([
    ['in the middle of the second bucket', histogram, 0.5, 150],
    ['at the end of the first bucket', histogram, 0.25, 100],
    ['inside the third bucket', histogram, 0.875, 300],
    ['the largest', histogram, 1, 400],
    ['the smallest', histogram, 0, 0],
    ['from zero inside the first bucket', [[100, 4]], 0.5, 50],
    [
      'an empty bucket in between is skipped',
      [
        [100, 10],
        [200, 10],
        [400, 20],
      ],
      0.75,
      300,
    ],
    [
      'above the last finite bound: that bound',
      [
        [100, 1],
        [overflowBound, 10],
      ],
      0.99,
      100,
    ],
    [
      'no requests',
      [
        [100, 0],
        [overflowBound, 0],
      ],
      0.5,
      null,
    ],
    ['no buckets', [], 0.5, null],
  ])('quantile: %s', (_, buckets, quantile, expected) => {
    const value = quantileOf(buckets, quantile);
    if (expected === null) expect(value).toBeNull();
    else expect(value).toBeCloseTo(expected, 9);
  });

  it('a quantile never leaves its buckets, and rises with the quantile', () => {
    const counts = fc.array(fc.nat(1000), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(counts, fc.double({ min: 0, max: 1, noNaN: true }), (increments, quantile) => {
        let sum = 0;
        const buckets = increments.map((one, index): [number, number] => {
          sum += one;
          return [(index + 1) * 10, sum];
        });
        const value = quantileOf(buckets, quantile);
        if (sum === 0) {
          expect(value).toBeNull();
          return;
        }
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(buckets.length * 10);
        expect(quantileOf(buckets, 1)).toBeGreaterThanOrEqual(value ?? 0);
      }),
    );
  });

  it.each<[string, Sample, number, boolean]>([
    ['within finite bounds', latency(...histogram), 0.99, false],
    ['above the last finite bound', latency([100, 1], [overflowBound, 10]), 0.99, true],
    ['just at the last finite bound', latency([100, 99], [overflowBound, 100]), 0.99, false],
    ['nothing at all', latency(), 0.99, false],
    ['a ratio', ratio(1, 2), 0.99, false],
  ])('overflow: %s', (_, sample, quantile, expected) => {
    expect(overflows(sample, quantile)).toBe(expected);
  });

  it.each<[string, Sample[], Sample | null]>([
    ['nothing', [], null],
    ['ratios add up', [ratio(1, 10), ratio(2, 30)], ratio(3, 40)],
    ['gauges are averaged', [gauge(1), gauge(2), gauge(6)], gauge(3)],
    [
      'histograms add up',
      [latency([1, 2], [9, 3]), latency([1, 1], [9, 4])],
      latency([1, 3], [9, 7]),
    ],
    [
      'a bound that is new finds its place',
      [latency([9, 3]), latency([1, 2], [9, 2])],
      latency([1, 2], [9, 5]),
    ],
  ])('combine: %s', (_, samples, expected) => expect(combine(samples)).toEqual(expected));

  it.each<[string, Sample, number | null, number | null]>([
    ['a ratio', ratio(3, 60), 60, 0.05],
    ['a ratio of nothing', ratio(0, 0), 0, null],
    ['a histogram', latency(...histogram), 40, 150],
    ['an empty histogram', latency(), 0, null],
    ['a gauge', gauge(0.7), null, 0.7],
  ])('value and requests of %s', (_, sample, requests, value) => {
    expect(requestsOf(sample)).toBe(requests);
    expect(valueOf(sample, 0.5)).toBe(value);
  });

  it.each<[string, Sample, boolean]>([
    ['a gauge', gauge(1), true],
    ['a gauge that is not a number', gauge(Number.NaN), false],
    ['a ratio without a total', ratio(1, Number.NaN), false],
    ['a ratio whose number JSON made null', ratio(null as unknown as number, 3), false],
    ['a histogram with an infinite bound', latency([Number.POSITIVE_INFINITY, 1]), false],
    ['a histogram', latency(...histogram), true],
  ])('usable: %s', (_, sample, expected) => expect(isUsable(sample)).toBe(expected));
});
