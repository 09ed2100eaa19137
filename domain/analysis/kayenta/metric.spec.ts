import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fewErrors, manyErrors, rare, series, tied } from '../../../test/support/kayenta-cases.ts';
import { judgeMetric, type Classification } from './metric.ts';
import { shiftBetween } from './mann-whitney.ts';
import { kayentaSettingsSchema } from './settings.ts';

const { around10, alsoAround10, around20, alsoAround20 } = series;
const five = [1, 1, 1, 1, 1];
const tens = [10, 10, 10, 10, 10];
const zeros = [0, 0, 0, 0, 0];
const low = [1, 2.2, 1.1, 2.5, 3];
const high = [20, 22, 21, 25, 30];
const fifties = [54.9, 54.5, 55.1, 55.6, 57.4];
const none = Number.NaN;

/** Kayenta's tests use these instead of the judge's own 0.25 and 0.98. */
const classifier = { tolerance: 0.1, confLevel: 0.95 };
const clesOf = (allowedDecrease: number, allowedIncrease: number) => {
  return { effectSize: { measure: 'cles', allowedDecrease, allowedIncrease } };
};
const critical = (effectSize: object) => ({ ...classifier, critical: true, effectSize });

function judge(control: readonly number[], experiment: readonly number[], settings: object = {}) {
  return judgeMetric(control, experiment, kayentaSettingsSchema.parse(settings));
}

type Row = [
  name: string,
  control: readonly number[],
  experiment: readonly number[],
  settings: object,
  classification: Classification,
  critical: boolean,
];

/** The situations and answers of Kayenta's ClassifierSuite. */
const suite: Row[] = [
  ['like values', alsoAround10, around10, classifier, 'Pass', false],
  ['twice as high', alsoAround10, around20, classifier, 'High', false],
  ['half as high', alsoAround20, around10, classifier, 'Low', false],
  [
    'lower, when only an increase matters',
    alsoAround20,
    around10,
    { ...classifier, direction: 'increase' },
    'Pass',
    false,
  ],
  [
    'higher, when only a decrease matters',
    alsoAround10,
    around20,
    { ...classifier, direction: 'decrease' },
    'Pass',
    false,
  ],
  [
    'higher, when an increase matters',
    alsoAround10,
    around20,
    { ...classifier, direction: 'increase' },
    'High',
    false,
  ],
  [
    'lower, when a decrease matters',
    alsoAround20,
    around10,
    { ...classifier, direction: 'decrease' },
    'Low',
    false,
  ],
  ['many zeros, more errors', rare.control, rare.experiment, classifier, 'High', false],
  [
    'many zeros, more errors, but five times are allowed',
    rare.control,
    rare.experiment,
    { ...classifier, effectSize: { allowedIncrease: 5 } },
    'Pass',
    false,
  ],
  [
    'more than the ratio that is allowed',
    low,
    high,
    { ...classifier, effectSize: { allowedDecrease: 0.8, allowedIncrease: 1.2 } },
    'High',
    false,
  ],
  [
    'less than the ratio that is allowed',
    alsoAround20,
    around10,
    {
      ...classifier,
      direction: 'decrease',
      effectSize: { allowedDecrease: 0.8, allowedIncrease: 1.2 },
    },
    'Low',
    false,
  ],
  [
    'not less than the ratio that is allowed',
    high,
    [10, 12.2, 10.1, 12.5, 23],
    { ...classifier, effectSize: { allowedDecrease: 0.5 } },
    'Pass',
    false,
  ],
  [
    'cles: far higher',
    fewErrors,
    manyErrors,
    { tolerance: 0.2, ...clesOf(0.2, 0.8) },
    'High',
    false,
  ],
  ['cles: far lower', manyErrors, fewErrors, { tolerance: 0.2, ...clesOf(0.2, 0.8) }, 'Low', false],
  ['critical, above 1.2', low, high, critical({ criticalIncrease: 1.2 }), 'High', true],
  [
    'critical, below',
    [10, 20.2, 10.1, 20.5, 30],
    [2, 2, 2, 2, 3],
    critical({ criticalDecrease: 1.2 }),
    'Low',
    true,
  ],
  [
    'critical, but not critically high',
    low,
    high,
    critical({ allowedIncrease: 5, criticalIncrease: 13 }),
    'High',
    false,
  ],
  [
    'critical, but within what is allowed',
    low,
    high,
    critical({ allowedIncrease: 13, criticalIncrease: 15 }),
    'Pass',
    false,
  ],
  ['critical by default thresholds', low, high, critical({}), 'High', true],
  ['one and the same value, not as often', [1, 1], [1, 1, 1], classifier, 'Pass', false],
  ['the same values in another order', [5, 4, 3, 2, 1], [1, 2, 3, 4, 5], classifier, 'Pass', false],
  ['one zero before ones', five, [0, 1, 1, 1, 1], classifier, 'Pass', false],
  ['one outlier among ones', five, [1, 1, 1, 1, 10], classifier, 'Pass', false],
  ['no canary', [1, 2, 3], [], classifier, 'Nodata', false],
  ['no canary, critical', [1, 2, 3], [], critical({}), 'Nodata', true],
  ['no canary, replaced', [1, 2, 3], [], { nanStrategy: 'replace' }, 'Pass', false],
  ['two constants', five, tens, classifier, 'High', false],
  ['two constants, one zero', zeros, tens, classifier, 'High', false],
  ['baseline of zeros', zeros, fifties, classifier, 'High', false],
  ['canary of zeros', fifties, zeros, classifier, 'Low', false],
  ['zeros in both', zeros, zeros, classifier, 'Pass', false],
  [
    'baseline of zeros, critical',
    zeros,
    fifties,
    { ...critical({ criticalIncrease: 1.2 }), nanStrategy: 'replace' },
    'High',
    true,
  ],
];

/** What follows from the rules beyond that suite. */
const more: Row[] = [
  ['two constants the other way', tens, five, {}, 'Low', false],
  ['one point against one', [1], [10], {}, 'Error', false],
  ['one point against zeros', zeros, [10], { critical: true }, 'Error', false],
  ['one point against a constant', five, [10], {}, 'High', false],
  ['all missing', [none, none], [1, 2], {}, 'Nodata', false],
  ['all missing, data wanted', [1], [none], { mustHaveData: true }, 'NodataFailMetric', false],
  [
    'all missing, data wanted, critical',
    [1],
    [none],
    { mustHaveData: true, critical: true },
    'Nodata',
    true,
  ],
  [
    'all missing, replaced by zeros',
    [none, none, none, none],
    [5, 6, 7, 8],
    { nanStrategy: 'replace' },
    'High',
    false,
  ],
  [
    'seven of ten points at a hundred times',
    tens.concat(tens),
    [10, 10, 10, 1000, 1000, 1000, 1000, 1000, 1000, 1000],
    {},
    'Pass',
    false,
  ],
  [
    'a tiny but steady difference',
    around10,
    around10.map((value) => value + 10),
    {},
    'High',
    false,
  ],
  [
    'ties, judged at 0.25 and 0.98',
    tied[0]?.control ?? [],
    tied[0]?.experiment ?? [],
    {},
    'Pass',
    false,
  ],
];

const sample = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 25 });

describe('domain/analysis/kayenta/metric', () => {
  it.each([...suite, ...more])('%s', (_name, control, experiment, settings, label, isCritical) => {
    const { classification, critical } = judge(control, experiment, settings);
    expect({ classification, critical }).toEqual({ classification: label, critical: isCritical });
  });

  it('reports the ratio of the means, whatever the effect is measured by', () => {
    expect(judge([1, 2, 3], [2, 4, 6, 8], clesOf(0.2, 0.8)).deviation).toBe(2.5);
    expect(judge(five, tens).deviation).toBeCloseTo(10, 9);
    expect(judge(zeros, fifties).deviation).toBeNaN();
    expect(judge([1], [2]).deviation).toBeNaN();
    expect(judge([], [2]).deviation).toBe(1);
    expect(judge([3, 4], [4, 3]).deviation).toBe(1);
  });

  it('reads words it does not know, and nulls, as the defaults', () => {
    const odd = { direction: 'sideways', nanStrategy: 'none', effectSize: { measure: 'cohen' } };
    expect(kayentaSettingsSchema.parse(odd)).toEqual(kayentaSettingsSchema.parse({}));
    const nulls = { tolerance: null, critical: null, effectSize: null, outliers: null };
    expect(kayentaSettingsSchema.parse(nulls)).toEqual({
      tolerance: 0.25,
      confLevel: 0.98,
      direction: 'either',
      nanStrategy: 'remove',
      critical: false,
      mustHaveData: false,
      muted: false,
      effectSize: {
        measure: 'meanRatio',
        allowedIncrease: 1,
        allowedDecrease: 1,
        criticalIncrease: 1,
        criticalDecrease: 1,
      },
      outliers: { strategy: 'keep', outlierFactor: 3 },
    });
    const { effectSize } = kayentaSettingsSchema.parse({ effectSize: { measure: 'cles' } });
    expect(effectSize).toMatchObject({ allowedIncrease: 0.5, criticalDecrease: 0.5 });
    expect(kayentaSettingsSchema.safeParse({ tolerence: 0.1 }).success).toBe(false);
  });

  it('does not depend on the order of the points', () => {
    fc.assert(
      fc.property(sample, sample, (control, experiment) => {
        const { deviation, ...one } = judge(control, experiment);
        const { deviation: again, ...other } = judge(control.toReversed(), experiment.toReversed());
        expect(other).toEqual(one);
        expect(Number.isNaN(again)).toBe(Number.isNaN(deviation));
        if (!Number.isNaN(deviation)) expect(again).toBeCloseTo(deviation, 12);
      }),
    );
  });

  it('mirrors High and Low when the arms are swapped', () => {
    const mirrored: Partial<Record<Classification, Classification>> = { High: 'Low', Low: 'High' };
    const seen = new Set<Classification>();
    fc.assert(
      fc.property(sample, sample, (control, experiment) => {
        const up = (values: number[]) => values.toSorted((a, b) => a - b);
        const shift = shiftBetween(up(experiment), up(control), 0.98);
        // At a bound of zero the root finder's tolerance decides, and that has a direction.
        fc.pre(!shift || Math.min(Math.abs(shift.lower), Math.abs(shift.upper)) > 0.01);
        const { classification } = judge(control, experiment, { tolerance: 0 });
        seen.add(classification);
        const other = judge(experiment, control, { tolerance: 0 }).classification;
        expect(other).toBe(mirrored[classification] ?? classification);
      }),
      { numRuns: 300 },
    );
    expect([...seen].sort()).toEqual(expect.arrayContaining(['High', 'Low', 'Pass']));
  });
});
