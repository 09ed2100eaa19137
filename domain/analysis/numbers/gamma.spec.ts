import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { logBeta, logGamma } from './gamma.ts';

// Expected values: mpmath 1.3 with 40 digits, loggamma(x) and loggamma(a)+loggamma(b)-loggamma(a+b).
describe('domain/analysis/numbers/gamma', () => {
  it.each([
    [1e-8, 18.42068073818021],
    [0.5, 0.5723649429247001],
    [1, 0],
    [1.5, -0.12078223763524522],
    [2, 0],
    [3.7, 1.428072326665388],
    [9.999, 12.799575780077413],
    [10, 12.80182748008147],
    [123.456, 469.6055471299295],
    [1e6, 12815504.56914761],
    [1e12, 26631021115915.65],
  ])('ln gamma of %d', (x, expected) => expectClose(logGamma(x), expected, 1e-15));

  it.each([
    [0.5, 0.5, 1.1447298858494002],
    [1, 1, 0],
    [2, 5, -3.4011973816621555],
    [0.5, 1e6, -6.335390211057437],
    [51, 4951, -285.6534732648665],
    [1e5, 1e7, -561_020.192_764],
    [3e8, 6e9, -1206097725.149932],
  ])('ln beta of %d and %d', (a, b, expected) => {
    expectClose(logBeta(a, b), expected, 1e-15);
    expect(logBeta(b, a)).toBe(logBeta(a, b));
  });

  it('keeps the recurrences', () => {
    const positive = fc.double({ min: 0.01, max: 1e7, noNaN: true });
    fc.assert(
      fc.property(positive, positive, (a, b) => {
        expectClose(logGamma(a + 1), logGamma(a) + Math.log(a), 1e-14);
        expectClose(logBeta(a + 1, b), logBeta(a, b) + Math.log(a / (a + b)), 1e-13);
      }),
    );
  });

  it.each([0, -1.5, Number.NaN])('ln gamma of %d is not a number', (x) => {
    expect(logGamma(x)).toBeNaN();
  });
});

/** Relative error, absolute below 1. */
function expectClose(actual: number, expected: number, error: number) {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(
    30 * error * Math.max(1, Math.abs(expected)),
  );
}
