import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rare, tied } from '../../../test/support/kayenta-cases.ts';
import { normalCdf, normalQuantile } from '../numbers/normal.ts';
import { isConstant, rank, shiftBetween, standardised } from './mann-whitney.ts';

function ascending(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}

/** Values far enough apart that the root finder's tolerance cannot reorder them. */
const arm = fc
  .array(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 30 })
  .map(ascending);

describe('domain/analysis/kayenta/mann-whitney', () => {
  it.each([
    [[1, 2, 3, 4, 5], [3, 4, 5, 6, 7, 8], 4.5, 0.066015431521231],
    [[1, 2, 2, 3, 9, 9], [2, 4, 5, 5, 5, 8, 11], 14, 0.3470799141450531],
    [[0.5, 0.7, 0.7, 1.1], [0.7, 0.9, 1.2, 1.3, 1.3], 3, 0.10386194842613085],
    [[1, 1, 1, 2], [1, 1, 3, 3, 3], 5, 0.21780875354798301],
    [[2.5, 4.1, 6.3, 8.8, 9.2], [0.4, 1.1, 2], 15, 0.03688842570704987],
  ])('%j against %j: U = %d, p = %d, as scipy', (x, y, u, p) => {
    const { rankSum } = rank(x, y, 0);
    expect(rankSum - (x.length * (x.length + 1)) / 2).toBe(u);
    expect(2 * normalCdf(-Math.abs(standardised(x, y, 0)))).toBeCloseTo(p, 14);
  });

  it('counts ties and ranks after the shift', () => {
    expect(rank([11, 12, 12], [1, 2, 2], 10)).toEqual({ rankSum: 1.5 + 4.5 + 4.5, ties: 6 + 60 });
    expect(rank([11, 12, 12], [1, 2, 2], 0)).toEqual({ rankSum: 4 + 5.5 + 5.5, ties: 6 + 6 });
  });

  it.each(tied)('gives the interval of R at $confidence', (known) => {
    const { control, experiment, confidence } = known;
    const shift = shiftBetween(ascending(experiment), ascending(control), confidence);
    expect(shift?.lower).toBeCloseTo(known.lower, 12);
    expect(shift?.upper).toBeCloseTo(known.upper, 12);
    // R leaves out the continuity correction here; Kayenta allows for that as much.
    expect(Math.abs((shift?.estimate ?? 0) - known.estimate)).toBeLessThan(1e-4);
  });

  it('gives what R computes on the way', () => {
    const [x, y] = [ascending(rare.experiment), ascending(rare.control)];
    const z = -normalQuantile((1 - 0.95) / 2);
    expect(z).toBeCloseTo(rare.quantile, 12);
    for (const [end, values] of [
      [rare.least, rare.atLeast],
      [rare.most, rare.atMost],
    ] as const) {
      expect(standardised(x, y, end) - z).toBeCloseTo(values[0], 11);
      expect(standardised(x, y, end) + z).toBeCloseTo(values[1], 11);
    }
    const shift = shiftBetween(x, y, 0.95);
    expect(shift?.lower).toBeCloseTo(rare.lower, 12);
    expect(shift?.upper).toBeCloseTo(rare.upper, 12);
    expect(shift?.estimate).toBeCloseTo(rare.estimate, 12);
  });

  it('takes the ends where the bounds lie beyond them', () => {
    expect(shiftBetween([10, 20, 30, 40], [1, 2, 3, 4], 0.95)).toEqual({
      lower: 6,
      upper: 39,
      estimate: 22.5,
    });
  });

  it('knows nothing when every observation is tied', () => {
    expect(shiftBetween([3, 3], [1], 0.98)).toBeNull();
    expect(shiftBetween([0.3], [0.1], 0.98)).toBeNull();
    expect(isConstant([1, 1])).toBe(true);
    expect(isConstant([1, 2])).toBe(false);
  });

  it('moves with a shift of one arm', () => {
    fc.assert(
      fc.property(arm, arm, fc.integer({ min: -50, max: 50 }), (x, y, by) => {
        fc.pre(!isConstant(x) || !isConstant(y));
        const before = shiftBetween(x, y, 0.98);
        const after = shiftBetween(
          x.map((value) => value + by),
          y,
          0.98,
        );
        expect(after?.lower).toBeCloseTo((before?.lower ?? Number.NaN) + by, 3);
        expect(after?.upper).toBeCloseTo((before?.upper ?? Number.NaN) + by, 3);
      }),
    );
  });

  it('has its bounds mirrored when the arms are swapped, and never crossed', () => {
    fc.assert(
      fc.property(arm, arm, fc.constantFrom(0.8, 0.95, 0.98), (x, y, confidence) => {
        fc.pre(!isConstant(x) || !isConstant(y));
        const one = shiftBetween(x, y, confidence);
        const other = shiftBetween(y, x, confidence);
        expect(one?.lower).toBeCloseTo(-(other?.upper ?? Number.NaN), 3);
        expect(one?.upper).toBeCloseTo(-(other?.lower ?? Number.NaN), 3);
        expect((one?.upper ?? 0) - (one?.lower ?? 0)).toBeGreaterThan(-1e-3);
      }),
    );
  });
});
