import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Series } from '../providers/metrics/contract.ts';
import { increases, type Counters } from './counters.ts';

const series = (value: number, labels: Record<string, string> = {}): Series => ({
  labels,
  points: [
    [0, 0],
    [1000, value],
  ],
});

/** Looks one after the other, each by a worker that knows only what the heartbeat before it carried. */
function look(...looks: Series[][]): number[][] {
  let counters: Counters = {};
  return looks.map((now) => {
    const seen: Counters = {};
    const grown = increases('total', now, counters, seen);
    counters = JSON.parse(JSON.stringify({ ...counters, ...seen })) as Counters;
    return grown.map(({ points }) => points[0]?.[1] ?? NaN);
  });
}

const a = { pod: 'a' };
const b = { pod: 'b' };

describe('activities/counters', () => {
  it.each<[string, Series[][], number[][]]>([
    ['the first look gives none', [[series(900)]], [[]]],
    ['later ones what was added', [[series(900)], [series(910)], [series(910)]], [[], [10], [0]]],
    ['a restart begins at nothing', [[series(900)], [series(7)]], [[], [7]]],
    [
      'a series that appears has begun to count in between',
      [[series(900, a)], [series(905, a), series(3, b)]],
      [[], [5, 3]],
    ],
    ['even when there was no series at all', [[], [series(3)]], [[], [3]]],
    [
      'one that is away for a look is known when it comes back',
      [[series(900, a), series(50, b)], [series(905, a)], [series(909, a), series(58, b)]],
      [[], [5], [4, 8]],
    ],
    [
      'labels in another order are the same series',
      [[series(5, { x: '1', y: '2' })], [series(8, { y: '2', x: '1' })]],
      [[], [3]],
    ],
    [
      'labels that look alike when strung together are not',
      [[series(5, { x: '1,y=2' })], [series(8, { x: '1', y: '2' })]],
      [[], [8]],
    ],
  ])('%s', (_, looks, expected) => expect(look(...looks)).toEqual(expected));

  it('queries do not know of each other', () => {
    const seen: Counters = {};
    increases('bad', [series(5)], {}, seen);
    expect(increases('total', [series(900)], seen, {})).toEqual([]);
  });

  it('whatever the looks, increases add up to what was counted since the first', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 1 }), (steps) => {
        let count = 100;
        const looks = steps.map((step) => [series((count += step))]);
        const sum = look(...looks)
          .flat()
          .reduce((all, one) => all + one, 0);
        expect(sum).toBe(count - 100 - (steps[0] ?? 0));
      }),
    );
  });

  it('stays small, however long the query: 20 pods with 20 buckets take less than 12 kB', () => {
    const buckets = Array.from({ length: 400 }, (_, index) =>
      series(1_000_000 + index, {
        job: 'kubernetes-service-endpoints',
        instance: `10.0.0.${index % 20}:9090`,
        pod: `shop-6c7d9f8b5-${index % 20}`,
        le: String(index),
      }),
    );
    const seen: Counters = {};
    increases(`sum by (job, instance, pod, le) (${'x'.repeat(10_000)})`, buckets, {}, seen);
    expect(Object.values(seen).flatMap((own) => Object.keys(own))).toHaveLength(400);
    expect(JSON.stringify(seen).length).toBeLessThan(12_000);
  });
});
