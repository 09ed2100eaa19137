import { describe, expect, it } from 'vitest';
import { aLatency } from '../../../test/support/sequential.ts';
import { overflowBound } from '../samples.ts';
import { pickBounds, slowerThan } from './buckets.ts';
import type { Buckets } from './buckets.ts';

const buckets: Buckets = [
  [100, 500],
  [200, 900],
  [400, 990],
  [overflowBound, 1000],
];

describe('domain/analysis/sequential/buckets', () => {
  it.each<[string, number, number[]]>([
    ['inside the second bucket', 0.8, [100, 200]],
    ['at the edge of the third', 0.99, [200, 400]],
    ['in the first bucket: only its upper edge', 0.3, [100]],
    ['above the last finite bound: only that', 0.999, [400]],
  ])('quantile %s', (_, quantile, expected) => {
    expect(pickBounds(aLatency({ quantile }), buckets, true)).toEqual(expected);
  });

  it.each<[string, number, number[] | null]>([
    ['between two bounds', 150, [200]],
    ['at a bound', 200, [200]],
    ['beyond all of them', 500, []],
  ])('threshold %s', (_, threshold, expected) => {
    expect(pickBounds(aLatency({ threshold }), buckets, false)).toEqual(expected);
  });

  it('waits until enough slow requests were seen, unless the pre-period is over', () => {
    const metric = aLatency({ quantile: 0.99 });
    const half = buckets.map(([bound, count]): [number, number] => [bound, count / 2]);
    expect(pickBounds(metric, half, false)).toBeNull();
    expect(pickBounds(metric, half, true)).toEqual([200, 400]);
    expect(pickBounds(metric, buckets, false)).toEqual([200, 400]);
    expect(pickBounds(metric, [], true)).toBeNull();
    expect(pickBounds(aLatency({ threshold: 100 }), [], true)).toBeNull();
  });

  it.each<[string, Buckets, number, { requests: number; events: number } | null]>([
    ['above a bound', buckets, 200, { requests: 1000, events: 100 }],
    ['nothing served', [], 200, { requests: 0, events: 0 }],
    ['another layout', buckets, 250, null],
    [
      'counts that fall',
      [
        [100, 7],
        [overflowBound, 5],
      ],
      100,
      { requests: 5, events: 0 },
    ],
  ])('slower: %s', (_, seen, bound, expected) => expect(slowerThan(seen, bound)).toEqual(expected));
});
