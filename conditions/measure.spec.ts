import { describe, expect, it } from 'vitest';
import { conditionProblem, measureWith } from './measure.ts';

describe('conditions/measure', () => {
  it.each([
    ['both, success', 'result < 1', 'result > 5', 0, 'successful'],
    ['both, failure', 'result < 1', 'result > 5', 6, 'failed'],
    ['both, neither', 'result < 1', 'result > 5', 3, 'inconclusive'],
    ['both hold: failure goes first', 'true', 'true', 3, 'failed'],
    ['only success, holds', 'result < 1', undefined, 0, 'successful'],
    ['only success, does not hold', 'result < 1', undefined, 2, 'failed'],
    ['only failure, holds', undefined, 'result > 5', 6, 'failed'],
    ['only failure, does not hold', undefined, 'result > 5', 5, 'successful'],
    ['none', undefined, undefined, 5, 'inconclusive'],
    ['only empty ones', '', ' ', 5, 'inconclusive'],
    ['NaN is not below', 'result < 1', undefined, Number.NaN, 'failed'],
  ])('%s', (_name, successCondition, failureCondition, value, phase) => {
    expect(measureWith({ successCondition, failureCondition })(value)).toEqual({ phase });
  });

  it.each([
    [{ successCondition: 'a == true', failureCondition: 'true' }, /^successCondition: Unknown/],
    [{ successCondition: 'true', failureCondition: 'a == true' }, /^failureCondition: Unknown/],
    [{ successCondition: 'result.errors < 1' }, /^successCondition: No such key: errors/],
    [{ failureCondition: 'result.matches("a")' }, /^failureCondition: matches\(\) is refused/],
  ])('%j is an error that names its condition', (conditions, detail) => {
    expect(measureWith(conditions)({})).toEqual({
      phase: 'error',
      detail: expect.stringMatching(detail),
    });
  });

  it('says what is wrong before anything is measured', () => {
    expect(conditionProblem('result < 1')).toBeNull();
    expect(conditionProblem('result < ')).toMatch(/EOF at column/);
  });
});
