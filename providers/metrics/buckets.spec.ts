import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketsFromEnd, noBucketEnded, pointsOfBuckets, wholeBuckets } from './buckets.ts';

const grid = { unitMs: 1_000, delayMs: 0, maxPoints: 1_000 };
const look = (from: number, to: number, step = to - from) => ({ query: '', from, to, step });

describe('providers/metrics/buckets', () => {
  it.each([
    ['a range on bounds', look(20_000, 30_000), {}, [20_000, 30_000, 10_000]],
    ['a range across a bound', look(23_000, 33_000), {}, [20_000, 30_000, 10_000]],
    ['a look a little late', look(23_000, 33_040), {}, [20_000, 30_000, 10_000]],
    ['a moment: the last whole bucket', look(33_000, 33_000, 10_000), {}, [20_000, 30_000, 10_000]],
    ['data that come late', look(63_000, 73_000), { delayMs: 30_000 }, [30_000, 40_000, 10_000]],
    ['half an hour of history', look(0, 1_800_000, 10_000), {}, [0, 1_800_000, 10_000]],
    [
      'buckets of a minute at least',
      look(0, 180_000, 10_000),
      { unitMs: 60_000 },
      [0, 180_000, 60_000],
    ],
    [
      'more than fit into an answer',
      look(0, 100_000, 1_000),
      { maxPoints: 30 },
      [0, 100_000, 4_000],
    ],
    ['less than a unit', look(0, 4_000, 200), {}, [0, 4_000, 1_000]],
  ])('gives whole buckets of %s', (_name, query, more, [from, to, size]) => {
    expect(wholeBuckets(query, { ...grid, ...more })).toEqual({ from, to, size });
  });

  it('gives no bucket when none ended', () => {
    const { from, to, size } = wholeBuckets(look(23_000, 33_000), { ...grid, unitMs: 60_000 });
    expect(from).toBe(to);
    expect(noBucketEnded(size)).toMatchObject({ detail: expect.stringContaining('60 s') });
  });

  it('gives every bucket to one of the looks that follow each other, however late they are', () => {
    const late = fc.array(fc.integer({ min: 1, max: 25_000 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), late, (start, steps) => {
        const seen: number[] = [];
        let from = start;
        for (const step of steps) {
          // Buckets of one size, as vendors with a smallest size have them.
          const range = wholeBuckets(look(from, from + step, 10_000), { ...grid, unitMs: 10_000 });
          for (let at = range.from; at < range.to; at += 10_000) seen.push(at);
          from += step;
        }
        const first = Math.floor(start / 10_000) * 10_000;
        expect(seen).toEqual(seen.map((_at, index) => first + index * 10_000));
        expect(seen).toHaveLength(Math.floor(from / 10_000) - Math.floor(start / 10_000));
      }),
    );
  });

  it.each([
    ['one look: exactly its range', look(23_400, 33_900), {}, [23_000, 33_000, 10_000]],
    ['a longer one', look(23_000, 38_000, 10_000), {}, [23_000, 38_000, 15_000]],
    [
      'several: the rest of the range is left out',
      look(0, 35_000, 10_000),
      {},
      [5_000, 35_000, 10_000],
    ],
    ['a moment', look(33_000, 33_000, 10_000), {}, [23_000, 33_000, 10_000]],
    ['data that come late', look(63_000, 73_000), { delayMs: 30_000 }, [33_000, 43_000, 10_000]],
    [
      'more than fit into an answer',
      look(0, 100_000, 1_000),
      { maxPoints: 30 },
      [0, 100_000, 4_000],
    ],
  ])('gives buckets from the end of %s', (_name, query, more, [from, to, size]) => {
    expect(bucketsFromEnd(query, { ...grid, ...more })).toEqual({ from, to, size });
  });

  it('keeps what ended in time, is a number, and puts it in order', () => {
    const samples: [number, number | null][] = [
      [40_000, 5],
      [30_000, null],
      [20_000, 3],
      [10_000, 2],
      [0, 1],
    ];
    const within = { from: 10_000, to: 45_000 };
    expect(pointsOfBuckets(samples, 10_000, within)).toEqual([
      [20_000, 2],
      [30_000, 3],
    ]);
  });
});
