import { describe, expect, it } from 'vitest';
import { brentRoot } from './brent.ts';

function root(f: (x: number) => number, left: number, right: number, limits = {}) {
  let calls = 0;
  const counted = (x: number) => {
    calls += 1;
    return f(x);
  };
  const at = brentRoot(
    counted,
    { at: left, value: f(left) },
    { at: right, value: f(right) },
    limits,
  );
  return { at, calls };
}

describe('domain/analysis/kayenta/brent', () => {
  it.each([
    ['a line', (x: number) => 2 * x - 3, 0, 10, 1.5],
    ['a cubic', (x: number) => x ** 3 - 2 * x - 5, 2, 3, 2.0945514815423265],
    ['a falling exponential', (x: number) => Math.exp(-x) - 0.1, -4, 9, Math.LN10],
    ['an arc', (x: number) => Math.cos(x) - x, 0, 1, 0.7390851332151607],
  ])('finds the root of %s', (_name, f, left, right, known) => {
    expect(Math.abs(root(f, left, right).at - known)).toBeLessThanOrEqual(1e-4);
    expect(root(f, left, right, { tolerance: 1e-13 }).at).toBeCloseTo(known, 12);
  });

  it('ends within half the tolerance of a jump', () => {
    for (const jump of [-3.7, 0, 1e-6, 2.25, 99.9]) {
      const { at, calls } = root((x) => (x < jump ? 2.5 : -0.3), -1000, 1000);
      expect(Math.abs(at - jump)).toBeLessThanOrEqual(1e-4);
      expect(calls).toBeLessThan(60);
    }
  });

  it('takes an end that is exactly zero without asking again', () => {
    expect(root((x) => x, 0, 5)).toEqual({ at: 0, calls: 0 });
    expect(root((x) => x - 5, 0, 5)).toEqual({ at: 5, calls: 0 });
    expect(root(() => 0, -1, 1)).toEqual({ at: -1, calls: 0 });
  });

  it('gives up after the steps it was given', () => {
    const { calls } = root((x) => (x < Math.PI ? 1 : -1), 0, 1e6, { maxSteps: 5 });
    expect(calls).toBe(5);
  });
});
