import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifications, type Classification } from './metric.ts';
import { scoreMetrics, type ScoredMetric } from './score.ts';

const thresholds = { pass: 95, marginal: 75 };

/** `group: labels`, one metric for each word; `!` marks a critical one, `~` a muted one. */
function metrics(groups: Record<string, string>): ScoredMetric[] {
  return Object.entries(groups).flatMap(([group, labels]) => {
    return labels.split(' ').map((label, index) => ({
      name: `${group} ${index}`,
      groups: [group],
      classification: label.replace(/\W/, '') as Classification,
      critical: label.endsWith('!'),
      muted: label.endsWith('~'),
    }));
  });
}

describe('domain/analysis/kayenta/score', () => {
  it.each<[string, Record<string, string>, Record<string, number>, number, Record<string, number>]>(
    [
      // The situations and answers of Kayenta's ScorerSuite
      ['one passes', { a: 'Pass' }, {}, 100, { a: 100 }],
      ['one is high', { a: 'High' }, {}, 0, { a: 0 }],
      ['no data at all', { a: 'Nodata' }, {}, 0, { a: 0 }],
      [
        'a group without data counts as passed',
        { a: 'Pass Pass', b: 'Nodata' },
        {},
        100,
        { a: 100, b: 0 },
      ],
      ['one of two', { a: 'Pass High' }, {}, 50, { a: 50 }],
      ['one of three', { a: 'Pass High Low' }, {}, 33.33, { a: 100 / 3 }],
      ['weights', { a: 'Pass Pass', b: 'High' }, { a: 75, b: 25 }, 75, { a: 100, b: 0 }],
      ['equal weights', { a: 'Pass High', b: 'High' }, { a: 50, b: 50 }, 25, { a: 50, b: 0 }],
      [
        'no data beside a pass',
        { a: 'Pass Nodata', b: 'High' },
        { a: 50, b: 50 },
        50,
        { a: 100, b: 0 },
      ],
      ['a critical one is high', { a: 'Pass High!' }, {}, 0, { a: 50 }],
      ['a critical one passes', { a: 'Low Pass!' }, {}, 50, { a: 50 }],
      ['a critical one has no data', { a: 'Pass Nodata!' }, {}, 0, { a: 100 }],
      [
        'unequal weights',
        { a: 'High Low Pass', b: 'High' },
        { a: 15, b: 85 },
        5,
        { a: 100 / 3, b: 0 },
      ],
      // What follows from the rules beyond that suite
      ['half have no data', { a: 'Pass Nodata' }, {}, 0, { a: 100 }],
      ['less than half have no data', { a: 'Pass Pass Nodata' }, {}, 100, { a: 100 }],
      ['data that had to be there', { a: 'Pass NodataFailMetric' }, {}, 50, { a: 50 }],
      ['an error does not count', { a: 'Pass Error' }, {}, 100, { a: 100 }],
      ['only errors', { a: 'Pass', b: 'Error' }, {}, 100, { a: 100, b: 0 }],
      ['muted ones do not count', { a: 'Pass High!~', b: 'High~' }, {}, 100, { a: 100 }],
      ['all muted', { a: 'Pass~' }, {}, 0, {}],
      [
        'the rest is shared',
        { a: 'High', b: 'Pass', c: 'Pass' },
        { a: 40 },
        60,
        { a: 0, b: 100, c: 100 },
      ],
      ['weights of others are lost', { a: 'Pass' }, { a: 30, z: 70 }, 30, { a: 100 }],
      [
        'halves are rounded up',
        { a: 'Pass', b: 'High' },
        { a: 33.335, b: 0 },
        33.34,
        { a: 100, b: 0 },
      ],
      [
        'the next digit down',
        { a: 'Pass', b: 'High' },
        { a: 33.334, b: 0 },
        33.33,
        { a: 100, b: 0 },
      ],
      ['nothing much', { a: 'Pass', b: 'High' }, { a: 1e-9, b: 0 }, 0, { a: 100, b: 0 }],
      ['more than all', { a: 'Pass', b: 'Pass' }, { a: 110.125 }, 100, { a: 100, b: 100 }],
    ],
  )('%s', (_name, groups, weights, score, shares) => {
    const result = scoreMetrics(metrics(groups), weights, thresholds);
    expect(result.score).toBe(score);
    expect(Object.keys(result.groupScores)).toEqual(Object.keys(shares));
    for (const [group, share] of Object.entries(shares)) {
      expect(result.groupScores[group]).toBeCloseTo(share, 12);
    }
  });

  it('counts a metric in each of its groups', () => {
    const both = { name: 'm', groups: ['a', 'b'], critical: false, muted: false };
    const result = scoreMetrics(
      [
        { ...both, classification: 'High' },
        { ...both, groups: ['b'], classification: 'Pass' },
      ],
      {},
      thresholds,
    );
    expect(result).toEqual({ score: 25, groupScores: { a: 0, b: 50 }, verdict: 'Fail' });
  });

  it.each([
    [95, 'Pass'],
    [94.99, 'Marginal'],
    [75, 'Marginal'],
    [74.99, 'Fail'],
  ])('%d is %s', (weight, verdict) => {
    const groups = metrics({ a: 'Pass', b: 'High' });
    const result = scoreMetrics(groups, { a: weight, b: 0 }, thresholds);
    expect(result).toMatchObject({ score: weight, verdict });
  });

  it('stays within 0 and 100, and does not depend on the order of the metrics', () => {
    const metric = fc.record({
      name: fc.string(),
      groups: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }),
      classification: fc.constantFrom(...classifications),
      critical: fc.boolean(),
      muted: fc.boolean(),
    });
    const weights = fc.record(
      { a: fc.integer({ min: 0, max: 50 }), b: fc.integer({ min: 0, max: 50 }) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(metric, { maxLength: 12 }), weights, (list, given) => {
        const { score, groupScores } = scoreMetrics(list, given, thresholds);
        for (const value of [score, ...Object.values(groupScores)]) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(100);
        }
        const reversed = scoreMetrics(list.toReversed(), given, thresholds);
        expect(Math.abs(reversed.score - score)).toBeLessThanOrEqual(0.011);
        expect(reversed.groupScores).toEqual(groupScores);
      }),
    );
  });
});
