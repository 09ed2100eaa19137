import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { betaCdf, betaQuantile } from './beta.ts';

const relative = (actual: number, expected: number) => Math.abs(actual / expected - 1);

describe('domain/analysis/numbers/beta', () => {
  // scipy.stats.beta.cdf and mpmath.betainc(regularized=True) with 40 digits.
  it.each([
    [0.3, 2, 5, 0.579825],
    [0.0101, 1001, 99001, 0.6164079068789486],
    [0.5, 0.5, 0.5, 0.5],
    [0.001, 0.5, 200, 0.47275589297476467],
    [0.999, 200, 0.5, 0.5272441070252352],
    [0.0196, 1e4, 5e5, 0.4851752539751341],
  ])('cdf(%d; %d, %d)', (x, a, b, expected) => {
    expect(relative(betaCdf(x, a, b), expected)).toBeLessThan(2e-11);
  });

  // scipy.stats.beta.ppf
  it.each([
    [0.025, 51, 4951, 0.007602213379665085],
    [0.975, 51, 4951, 0.013160110445949934],
    [0.5, 0.5, 0.5, 0.5],
    [1e-10, 2, 3, 4.082494015808333e-6],
    [0.05, 1, 59, 0.0008690000715255871],
  ])('quantile(%d; %d, %d)', (p, a, b, expected) => {
    expect(relative(betaQuantile(p, a, b), expected)).toBeLessThan(1e-11);
  });

  it.each([
    [-1, 0],
    [0, 0],
    [1, 1],
    [2, 1],
    [Number.NaN, Number.NaN],
  ])('cdf outside: %d', (x, expected) => expect(betaCdf(x, 2, 3)).toBe(expected));

  it('quantile outside', () => {
    expect([0, 1, 1.5, Number.NaN].map((p) => betaQuantile(p, 2, 3))).toEqual([0, 1, NaN, NaN]);
  });

  // I_x(a, n−a+1) is the probability of at least a successes in n trials.
  it('sums the binomial distribution', () => {
    const p = 0.07;
    const trials = 12;
    let tail = 0;
    let mass = (1 - p) ** trials;
    for (let successes = 0; successes <= trials; successes += 1) {
      if (successes > 0) {
        expect(betaCdf(p, successes, trials - successes + 1)).toBeCloseTo(1 - tail, 13);
      }
      tail += mass;
      mass *= ((trials - successes) / (successes + 1)) * (p / (1 - p));
    }
  });

  it('quantile undoes cdf, and both tails add up', () => {
    const shape = fc.double({ min: 1, max: 300, noNaN: true });
    const chance = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });
    fc.assert(
      fc.property(chance, shape, shape, (p, a, b) => {
        const x = betaQuantile(p, a, b);
        expect(betaCdf(x, a, b)).toBeCloseTo(p, 8);
        expect(betaCdf(x, a, b) + betaCdf(1 - x, b, a)).toBeCloseTo(1, 8);
      }),
    );
  });
});
