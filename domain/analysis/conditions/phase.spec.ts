import { describe, expect, it } from 'vitest';
import { isNoData, phaseOf } from './phase.ts';

describe('domain/analysis/conditions/phase', () => {
  it.each([
    [true, null, 'successful'],
    [false, null, 'failed'],
    [null, true, 'failed'],
    [null, false, 'successful'],
    [true, false, 'successful'],
    [true, true, 'failed'],
    [false, true, 'failed'],
    [false, false, 'inconclusive'],
    [null, null, 'inconclusive'],
  ] as const)('success %j, failure %j: %s', (success, failure, phase) => {
    expect(phaseOf(success, failure)).toBe(phase);
  });

  it.each([
    [null, true],
    [undefined, true],
    [Number.NaN, true],
    [[], true],
    [[null, Number.NaN], true],
    [[[]], false],
    [0, false],
    ['', false],
    [false, false],
    [{}, false],
    [[null, 0], false],
  ])('%j is no data: %j', (value, known) => {
    expect(isNoData(value)).toBe(known);
  });
});
