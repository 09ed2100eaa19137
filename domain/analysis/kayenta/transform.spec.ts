import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentile, transformArm } from './transform.ts';
import { kayentaSettingsSchema } from './settings.ts';

const removing = { nanStrategy: 'remove', outliers: { strategy: 'remove', outlierFactor: 3 } };
const keeping = { nanStrategy: 'remove', outliers: { strategy: 'keep', outlierFactor: 3 } };

/** What is left, in ascending order. */
function arm(values: readonly number[], settings: object): readonly number[] {
  return transformArm(values, kayentaSettingsSchema.parse(settings)).ranked;
}

describe('domain/analysis/kayenta/transform', () => {
  it.each([
    // numpy.percentile
    [[0.2, 1.5, 2.8, 3.1, 4.4, 7.7, 9.9], 1, 0.278],
    [[0.2, 1.5, 2.8, 3.1, 4.4, 7.7, 9.9], 25, 2.15],
    [[0.2, 1.5, 2.8, 3.1, 4.4, 7.7, 9.9], 75, 6.05],
    [[0.2, 1.5, 2.8, 3.1, 4.4, 7.7, 9.9], 99, 9.768],
    // Kayenta's own tests
    [[0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5], 5, 0.175],
    [[0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5], 50, 1.75],
    [[0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5], 100, 3.5],
    [[0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5], 0, 0],
    [
      [
        95.061, 95.0925, 95.1195, 95.1442, 95.1567, 95.1591, 95.1682, 95.1772, 95.1772, 95.1937,
        95.1959, 95.199,
      ],
      90,
      95.19568,
    ],
    [[1], 100, 1],
    [[1], 1, 1],
  ])('of %j the percentile %d is %d', (values, percent, known) => {
    expect(percentile(values, percent)).toBeCloseTo(known, 12);
  });

  it('removes or replaces missing values', () => {
    expect(arm([3, Number.NaN, 1], {})).toEqual([1, 3]);
    expect(arm([3, Number.NaN, 1], { nanStrategy: 'replace' })).toEqual([0, 1, 3]);
    expect(arm([Number.NaN], { nanStrategy: 'something else' })).toEqual([]);
  });

  it('keeps outliers unless told to remove them', () => {
    const values = [...Array.from({ length: 200 }, (_, index) => index % 10), 1000, -1000];
    expect(arm(values, keeping)).toHaveLength(202);
    expect(arm(values, removing)).toEqual(arm(values.slice(0, 200), keeping));
    expect(arm([], removing)).toEqual([]);
  });

  it('never removes what lies within the 1st and 99th percentile', () => {
    const three = [...Array.from({ length: 97 }, () => 1), 50, 50, 50];
    expect(arm(three, removing)).toHaveLength(100);
    const one = [...Array.from({ length: 99 }, () => 1), 50];
    expect(arm(one, removing)).toHaveLength(99);
  });

  it('never removes what lies within the fences, beyond the percentiles or not', () => {
    const even = Array.from({ length: 101 }, (_, index) => index);
    expect(arm(even, removing)).toEqual(even);
  });

  it('replaces before it looks for outliers', () => {
    const values = [...Array.from({ length: 300 }, (_, index) => 100 + (index % 3)), Number.NaN];
    expect(arm(values, { ...removing, nanStrategy: 'replace' })).toHaveLength(300);
  });

  it('keeps the order in which the values were measured as well', () => {
    const settings = kayentaSettingsSchema.parse(removing);
    const calm = Array.from({ length: 200 }, (_, index) => (index * 31) % 7);
    const { values, ranked } = transformArm([1000, ...calm, Number.NaN], settings);
    expect(values).toEqual(calm);
    expect(ranked).toEqual(calm.toSorted((a, b) => a - b));
  });

  it('does not depend on the order of the points', () => {
    const point = fc.oneof(
      fc.double({ noNaN: true, min: -1e9, max: 1e9 }),
      fc.constant(Number.NaN),
    );
    fc.assert(
      fc.property(fc.array(point, { maxLength: 60 }), (values) => {
        expect(arm(values.toReversed(), removing)).toEqual(arm(values, removing));
      }),
    );
  });
});
