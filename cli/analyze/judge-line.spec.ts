import { describe, expect, it } from 'vitest';
import { judgeLine } from './judge-line.ts';

/** The answers to one case, as they would be written. */
function answers(kind: string, fields: object): unknown[] {
  const judged = judgeLine(JSON.stringify({ id: 'c', kind, ...fields }), 1);
  if ('errors' in judged) return judged.errors.map(({ path, message }) => `${path}: ${message}`);
  return [...judged.answers].map((answer) => JSON.parse(JSON.stringify(answer)) as unknown);
}

const counts = (canary: number, baseline: number) => ({
  errors: {
    canary: { requests: 200, events: canary },
    baseline: { requests: 2000, events: baseline },
  },
});

describe('cli/analyze/judge-line', () => {
  it.each([
    [{ value: 0.01, successCondition: 'result < 0.05' }, 'successful'],
    [{ value: 0.1, successCondition: 'result < 0.05' }, 'failed'],
    [{ value: 3, successCondition: 'result < 1', failureCondition: 'result > 5' }, 'inconclusive'],
    [{ value: 3 }, 'inconclusive'],
    [{ value: null, successCondition: 'result < 1' }, 'error'],
    [{ value: null, successCondition: 'default(result, 0) < 1' }, 'successful'],
    [{ value: {}, successCondition: 'result.errors < 1' }, 'error'],
    [{ value: 'a', successCondition: "result.matches('a')" }, 'error'],
    [{ value: 1, successCondition: 'result <' }, 'error'],
  ])('condition: %j is %s', (fields, phase) => {
    expect(answers('condition', fields)).toEqual([{ id: 'c', phase }]);
  });

  it('says why a condition is an error, beside the answer', () => {
    const line = '{"id":7,"kind":"condition","value":{},"failureCondition":"result.errors > 1"}';
    expect(judgeLine(line, 1)).toEqual({
      answers: [{ id: 7, phase: 'error' }],
      remark: 'failureCondition: No such key: errors at column 8',
    });
  });

  const below = { successCondition: 'result < 1' };
  const values = (...list: unknown[]) => ({ measurements: list.map((value) => ({ value })) });
  const recorded = (...list: string[]) => ({ measurements: list.map((phase) => ({ phase })) });
  it.each([
    [{ ...recorded('successful', 'failed') }, 'failed', '1 failed, failureLimit is 0'],
    [
      { ...recorded('Successful', 'Failed', 'Successful'), limits: { failureLimit: 1 } },
      'successful',
      'no limit exceeded in 3 measurements',
    ],
    [
      { ...below, ...values(0, 2, 0, 2), limits: { failureLimit: 1, count: 9 } },
      'failed',
      '2 failed, failureLimit is 1',
    ],
    [
      { ...below, ...values(0, 2), limits: { failureLimit: 1, count: 9 } },
      'inconclusive',
      'ended after 2 of 9 measurements',
    ],
    [
      { ...below, ...values('x', 'x'), limits: { consecutiveErrorLimit: 1 } },
      'error',
      '2 errors in a row, consecutiveErrorLimit is 1; last: successCondition: no such overload: dyn<string> < int at column 1',
    ],
    [{ ...below, ...values(null, []) }, 'inconclusive', 'nothing was measured, 2 without data'],
    [{ ...below, measurements: [] }, 'inconclusive', 'nothing was measured'],
    [{ ...values(0) }, 'inconclusive', '1 inconclusive, inconclusiveLimit is 0'],
    // Nothing to object to in an empty list: still no success.
    [
      { failureCondition: 'result.exists(x, x > 5)', ...values([], []) },
      'inconclusive',
      'nothing was measured, 2 without data',
    ],
    [
      { ...below, ...values(0, null), limits: { noData: 'fail' } },
      'failed',
      '1 failed, failureLimit is 0, 1 without data',
    ],
    [
      { ...below, ...values(0, null), noData: 'inconclusive' },
      'inconclusive',
      '1 inconclusive, inconclusiveLimit is 0, 1 without data',
    ],
    [
      { ...recorded('successful', 'nodata'), noData: 'fail', limits: { noData: 'wait' } },
      'successful',
      'no limit exceeded in 1 measurement',
    ],
    [
      { measurements: [{ phase: 'Failed', value: '0.5' }], ...below },
      'failed',
      '1 failed, failureLimit is 0',
    ],
  ])('threshold: %j is %s', (fields, phase, reason) => {
    expect(answers('threshold', fields)).toEqual([{ id: 'c', phase, reason }]);
  });

  it.each([
    [{ control: [1, 2, null, 3], experiment: [10, 20, 30, 40] }, 'High', false, 12.5],
    [{ control: [1, 2], experiment: [null] }, 'Nodata', false, 1],
    [{ control: [1], experiment: [], config: { critical: true } }, 'Nodata', true, 1],
    [
      { control: [1], experiment: [null], config: { mustHaveData: true } },
      'NodataFailMetric',
      false,
      1,
    ],
    [
      { control: [0, 0, 0], experiment: [null, 0], config: { nanStrategy: 'replace' } },
      'Pass',
      false,
      1,
    ],
    [{ control: [1], experiment: [2] }, 'Error', false, null],
    [{ control: [0, 0, 0, 0], experiment: [5, 6, 7, 8] }, 'High', false, null],
  ])('kayenta-metric: %j is %s', (fields, classification, critical, deviation) => {
    const known = [{ id: 'c', classification, critical, deviation }];
    expect(answers('kayenta-metric', fields)).toEqual(known);
  });

  it('kayenta-score: groups, weights and thresholds', () => {
    const metric = { groups: ['latency'], critical: false, muted: false };
    const metrics = [
      { ...metric, name: 'p50', classification: 'Pass' },
      { ...metric, name: 'p99', classification: 'High' },
      { ...metric, name: 'errors', groups: ['errors'], classification: 'Pass' },
    ];
    const rest = { groupWeights: { errors: 60 }, thresholds: { pass: 90, marginal: 75 } };
    expect(answers('kayenta-score', { metrics, ...rest })).toEqual([
      { id: 'c', score: 80, groupScores: { latency: 50, errors: 100 }, verdict: 'Marginal' },
    ]);
  });

  it('sequential: one answer for every look', () => {
    const metrics = [{ name: 'errors', type: 'ratio' }];
    const intervals = [counts(1, 10), counts(150, 10), counts(150, 10)];
    const looks = answers('sequential', { metrics, intervals });
    expect(looks).toMatchObject([
      { id: 'c', look: 1, verdict: 'continue' },
      { id: 'c', look: 2, verdict: 'fail', culprit: 'errors' },
      { id: 'c', look: 3, verdict: 'fail' },
    ]);
  });

  it.each([
    ['condition', {}, ['value: is missing: write null where it was']],
    ['condition', { value: 1, successCondition: 5 }, ['successCondition: expected a text, not 5']],
    ['threshold', {}, ['measurements: is missing: expected a list']],
    [
      'threshold',
      { measurements: [{}, { phase: 'good' }], limits: { failurelimit: 1 } },
      [
        'limits.failurelimit: unknown key "failurelimit"',
        expect.stringMatching(/^measurements.0: give the `phase`/),
        expect.stringMatching(/^measurements.1.phase: .*one of successful, failed/),
      ],
    ],
    [
      'threshold',
      { measurements: [], noData: 'ok' },
      [expect.stringMatching(/^limits.noData: .*fail, wait, inconclusive/)],
    ],
    [
      'threshold',
      { measurements: [], limits: 5, noData: 'fail' },
      ['limits: expected a mapping, not 5'],
    ],
    [
      'kayenta-metric',
      { control: [1, 'x'], config: { tolerance: -1, effectsize: {} } },
      [
        'control.1: expected a number, not the text "x"',
        'experiment: is missing: expected a list',
        'config.tolerance: must be 0 or more',
        'config.effectsize: unknown key "effectsize"',
      ],
    ],
    [
      'kayenta-score',
      { metrics: [{ name: 'a', classification: 'pass' }], thresholds: { pass: 1 } },
      [
        expect.stringMatching(/^metrics.0.classification: .*did you mean "Pass"/),
        'thresholds.marginal: is missing: expected a number',
      ],
    ],
    ['sequential', { metrics: [], intervals: [] }, [expect.stringMatching(/^metrics: /)]],
    [
      'toString',
      {},
      [expect.stringMatching(/^kind: unknown kind "toString"; expected one of cond/)],
    ],
  ])('%s with %j names what is wrong', (kind, fields, problems) => {
    expect(answers(kind, fields)).toEqual(problems);
  });

  it.each([
    ['{"id": 1', /not one JSON document: /],
    ['[]', /is missing: expected one of condition, threshold, kayenta-metric/],
    ['null', /is missing/],
    ['{"kind": ["condition"]}', /unknown kind \["condition"\]/],
  ])('%s is refused with its line', (text, message) => {
    expect(judgeLine(text, 42)).toMatchObject({
      errors: [{ line: 42, message: expect.stringMatching(message) }],
    });
  });
});
