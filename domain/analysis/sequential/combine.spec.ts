import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { combine } from './combine.ts';
import { aRatio } from '../../../test/support/sequential.ts';

const metrics = [aRatio({ name: 'a', weight: 1 }), aRatio({ name: 'b', weight: 3 })];
const never = Number.NEGATIVE_INFINITY;

describe('domain/analysis/sequential/combine', () => {
  it.each<[string, number[], number, string]>([
    ['no evidence', [0, 0], 1, 'b'],
    ['weights', [Math.log(8), Math.log(4)], 0.25 * 8 + 0.75 * 4, 'b'],
    ['one alone', [Math.log(100), never], 25, 'a'],
    ['one missing counts as 1', [Math.log(100)], 25.75, 'a'],
  ])('%s', (_, logs, expected, leader) => {
    const combined = combine(metrics, logs);
    expect(Math.exp(combined.log)).toBeCloseTo(expected, 9);
    expect(combined.leader).toBe(leader);
  });

  it('evidence against everything is minus infinity, and nothing is no evidence', () => {
    expect(combine(metrics, [never, never]).log).toBe(never);
    expect(combine([], [])).toEqual({ log: 0, leader: null });
  });

  it('is never worse than giving every metric its share of the budget', () => {
    const log = fc.double({ min: -50, max: 50, noNaN: true });
    fc.assert(
      fc.property(log, log, (a, b) => {
        const { log: all } = combine(metrics, [a, b]);
        expect(all).toBeGreaterThanOrEqual(
          Math.max(a + Math.log(0.25), b + Math.log(0.75)) - 1e-12,
        );
        expect(all).toBeLessThanOrEqual(Math.max(a, b) + 1e-12);
      }),
    );
  });
});
