import { describe, expect, it } from 'vitest';
import { noRate, observeRate, rateBound, rateOf } from './rate-bound.ts';

const after = (...intervals: [requests: number, events: number, times: number][]) => {
  let state = noRate();
  for (const [requests, events, times] of intervals) {
    for (let n = 0; n < times; n += 1) state = observeRate(state, { requests, events });
  }
  return state;
};

describe('domain/analysis/sequential/rate-bound', () => {
  it.each<[string, [number, number, number][], number]>([
    ['nothing seen', [], 0],
    ['no events', [[100, 0, 5]], 0],
    ['no requests', [[0, 0, 5]], 0],
    ['a steady rate', [[100, 1, 50]], 0.012],
    [
      'a rate that rises counts by its last 30 intervals',
      [
        [100, 1, 70],
        [100, 3, 30],
      ],
      0.036,
    ],
    [
      'a rate that falls counts by its mean',
      [
        [100, 3, 30],
        [100, 1, 30],
      ],
      0.024,
    ],
    [
      'only 30 intervals are recent',
      [
        [100, 9, 1],
        [100, 1, 30],
        [100, 0, 60],
      ],
      (1.2 * 39) / 9100,
    ],
  ])('%s', (_, intervals, expected) => {
    expect(rateBound(after(...intervals))).toBeCloseTo(expected, 12);
  });

  it('keeps thirty intervals, not more', () => {
    expect(after([10, 1, 100]).recent).toHaveLength(30);
    expect(after([10, 1, 100]).total).toEqual({ requests: 1000, events: 100 });
  });

  it('a rate of nothing is 0', () => expect(rateOf({ requests: 0, events: 0 })).toBe(0));
});
