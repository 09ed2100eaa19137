import { describe, expect, it } from 'vitest';
import { expGrowth, logGrowth, logSumExp, timesLog } from './logs.ts';

const never = Number.NEGATIVE_INFINITY;

describe('domain/analysis/numbers/logs', () => {
  it.each<[string, number[], number]>([
    ['nothing', [], never],
    ['zero probability', [never, never], never],
    ['one', [-3], -3],
    ['equal ones', [0, 0, 0], Math.log(3)],
    ['beyond overflow', [1000, 1000], 1000 + Math.LN2],
    ['beyond underflow', [-2000, -2000], -2000 + Math.LN2],
    ['zero adds nothing', [never, 2], 2],
  ])('logSumExp: %s', (_, values, expected) => {
    const sum = logSumExp(values);
    if (expected === never) expect(sum).toBe(never);
    else expect(sum).toBeCloseTo(expected, 12);
  });

  it('0·ln 0 is 0', () => {
    expect([timesLog(0, 0), timesLog(2, 1), timesLog(3, Math.E), timesLog(1, 0)]).toEqual([
      0,
      0,
      3,
      never,
    ]);
  });

  it.each([
    [0, 2, 2, 2],
    [1, 2, Math.log(3), Math.expm1(2)],
    [-0.25, 2, -4 * Math.log(0.5), 4 * (1 - Math.exp(-0.5))],
  ])('growth with a = %d', (a, x, logarithm, exponential) => {
    expect(logGrowth(a, x)).toBeCloseTo(logarithm, 14);
    expect(expGrowth(a, x)).toBeCloseTo(exponential, 14);
  });

  it('a tiny a is close to the limit and keeps its digits', () => {
    expect(logGrowth(1e-12, 5)).toBeCloseTo(5 - 12.5e-12, 14);
    expect(expGrowth(1e-12, 5)).toBeCloseTo(5 + 12.5e-12, 14);
  });
});
