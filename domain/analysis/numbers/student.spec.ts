import { describe, expect, it } from 'vitest';
import { studentCdf } from './student.ts';

describe('domain/analysis/numbers/student', () => {
  // scipy.stats.t.cdf; with one degree of freedom it is Cauchy's ½ + atan(t)/π.
  it.each([
    [-2.5, 7.3, 0.019825117332800214],
    [2.5, 7.3, 0.9801748826671998],
    [0, 3, 0.5],
    [-40, 2, 0.0003122073360923703],
    [1.2, 1000, 0.8847882238377665],
    [1, 1, 0.75],
    [-3, 1, 0.5 - Math.atan(3) / Math.PI],
  ])('cdf(%d; %d)', (t, freedom, expected) => {
    expect(Math.abs(studentCdf(t, freedom) / expected - 1)).toBeLessThan(1e-12);
  });
});
