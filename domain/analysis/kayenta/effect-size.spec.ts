import { describe, expect, it } from 'vitest';
import { cles, meanRatio } from './effect-size.ts';

describe('domain/analysis/kayenta/effect-size', () => {
  it.each([
    ['no effect', [1, 1, 1], [1, 1, 1, 1], 1],
    ['ten times', [10, 10, 10], [1, 1, 1], 10],
    ['a tenth', [10, 10], [100, 100], 0.1],
    ['a baseline of nothing', [10, 10], [0, 0], Number.NaN],
    ['a canary of nothing', [-5, 5], [1, 2], Number.NaN],
    ['negative values', [-1, -3], [4], -0.5],
  ])('mean ratio: %s', (_name, canary, baseline, known) => {
    expect(meanRatio(canary, baseline)).toBe(known);
  });

  it('takes back what the first pass of a mean loses', () => {
    const values = Array.from({ length: 10 }, () => 0.1);
    expect(meanRatio(values, [0.1])).toBe(1);
  });

  it.each([
    ['identical', [1, 2, 3, 4, 5], [1, 2, 3, 4, 5], 0.5],
    ['always lower', [1.4, 2.3, 2.9], [22.9, 24.4, 25.3, 26.1], 0],
    ['always higher', [5, 6], [1, 2, 3], 1],
    ['a mixture, as scipy', [1, 2, 2, 3, 9, 9], [2, 4, 5, 5, 5, 8, 11], 1 / 3],
    ['another, as scipy', [0.5, 0.7, 0.7, 1.1], [0.7, 0.9, 1.2, 1.3, 1.3], 0.15],
  ])('cles: %s', (_name, canary, baseline, known) => {
    expect(cles(canary, baseline)).toBeCloseTo(known, 15);
  });
});
