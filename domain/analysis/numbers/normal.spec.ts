import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { erfc, normalCdf, normalQuantile } from './normal.ts';

const relative = (actual: number, expected: number) => Math.abs(actual / expected - 1);

describe('domain/analysis/numbers/normal', () => {
  // mpmath 1.3, erfc with 40 digits.
  it.each([
    [-3, 1.9999779095030015],
    [-0.1, 1.1124629160182848],
    [0, 1],
    [0.3, 0.6713732405408726],
    [1.4999, 0.033906748337704726],
    [1.5, 0.033894853524689274],
    [3, 2.209049699858544e-5],
    [10, 2.088487583762545e-45],
    [26, 5.663192408856143e-296],
  ])('erfc(%d)', (x, expected) => expect(relative(erfc(x), expected)).toBeLessThan(5e-14));

  it('ends at zero, two and nowhere', () => {
    expect([erfc(30), erfc(-30), erfc(Number.NaN)]).toEqual([0, 2, Number.NaN]);
  });

  // scipy.stats.norm.cdf
  it.each([
    [-4, 3.167124183311986e-5],
    [-8, 6.22096057427174e-16],
    [0, 0.5],
    [1.959963984540054, 0.975],
  ])('cdf(%d)', (z, expected) => expect(relative(normalCdf(z), expected)).toBeLessThan(1e-13));

  // scipy.special.ndtri
  it.each([
    [1e-300, -37.0470962993612],
    [1e-20, -9.262340089798409],
    [1e-9, -5.9978070150076865],
    [0.001, -3.090232306167813],
    [0.02425, -1.972961051311885],
    [0.3, -0.5244005127080409],
    [0.7, 0.5244005127080407],
    [0.975, 1.959963984540054],
    [0.999999, 4.753424308817087],
  ])('quantile(%d)', (p, expected) => {
    expect(relative(normalQuantile(p), expected)).toBeLessThan(1e-11);
  });

  it.each([
    [0, Number.NEGATIVE_INFINITY],
    [1, Number.POSITIVE_INFINITY],
    [1.1, Number.NaN],
    [-0.1, Number.NaN],
  ])('quantile at the edge: %d', (p, expected) => {
    expect(normalQuantile(p)).toBe(expected);
  });

  it('the median is 0', () => expect(normalQuantile(0.5)).toBeCloseTo(0, 15));

  it('quantile undoes cdf, and both tails add up', () => {
    fc.assert(
      fc.property(fc.double({ min: -36, max: 5, noNaN: true }), (z) => {
        expect(normalQuantile(normalCdf(z))).toBeCloseTo(z, 8);
        expect(normalCdf(z) + normalCdf(-z)).toBeCloseTo(1, 14);
      }),
    );
  });
});
