import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCondition } from './condition.ts';

function ask(text: string, value: unknown) {
  const condition = readCondition(text);
  return 'error' in condition ? condition : condition(value);
}

describe('conditions/condition', () => {
  it.each<[string, unknown, boolean]>([
    ['result > 1', 2, true],
    ['result >= 0.95', 0.95, true],
    ['result == 1', 1, true],
    ['result == 1', '1', false],
    ['result == true', true, true],
    ["result == 'ok'", 'ok', true],
    ['result[0] < 0.05', [0.01], true],
    ['result.all(x, x > 1) && 2 in result', [2, 3], true],
    ['result.exists(x, x > 5) || size(result) == 0', [], true],
    ['result.filter(x, x > 1).size() == 1', [1, 2], true],
    ['result.a.values[0] > 1', { a: { values: [2] } }, true],
    ["result['error-rate'] < 1", { 'error-rate': 0.5 }, true],
    ['has(result.a.b) && result.a.b > 1', { a: {} }, false],
    ['result == null', null, true],
    ["result in ['eu', 'us']", 'us', true],
    ["result.startsWith('v1') && result.contains('.2')", 'v1.2.0', true],
    ["result.glob('eu-*-?')", 'eu-west-1', true],
    ['type(result) == double ? result < 1.0 : asFloat(result) < 1.0', '0.5', true],
    // Not a number is neither more nor less than anything
    ['result < 1 || result >= 1', Number.NaN, false],
  ])('%s of %j is %j', (text, value, holds) => {
    expect(ask(text, value)).toEqual({ holds });
  });

  it.each([
    ['+', 2.5, true],
    ['-', -1.5, true],
    ['*', 1, true],
    ['/', 0.25, true],
  ])('a measured number %s a whole one goes both ways', (sign, known) => {
    expect(ask(`result ${sign} 2 == ${known}${Number.isInteger(known) ? '.0' : ''}`, 0.5)).toEqual({
      holds: true,
    });
    const other = { '+': 2.5, '-': 1.5, '*': 1, '/': 4 }[sign] ?? 0;
    expect(ask(`2 ${sign} result == ${other}${Number.isInteger(other) ? '.0' : ''}`, 0.5)).toEqual({
      holds: true,
    });
  });

  it('knows the type of what mixed numbers give, so that the next operator works too', () => {
    expect(ask('(result * 2 + 1) / 2 - 0.5 == 0.25 * 2', 0.25)).toEqual({ holds: false });
    expect(ask('(2 * 0.5 + 1) * result > 3.9', 2)).toEqual({ holds: true });
    expect(ask('result / 0 > 1', 1)).toEqual({ holds: true });
  });

  it.each<[string, unknown, boolean]>([
    ['asInt(result) % 2 == 0', 4.9, true],
    ['asInt(result) == 12', '+12', true],
    ['asInt(result) == -1', -1.9, true],
    ['asInt(7) == 7', null, true],
    ['asFloat(result) >= 0.9', '0.95', true],
    ['asFloat(result) == 1500.0', '1.5e3', true],
    ['asFloat(result) == 0.5', '.5', true],
    ['asFloat(3) == 3.0', null, true],
    ["isNaN(asFloat('NaN')) && isInf(asFloat('-Inf')) && asFloat('-Infinity') < 0", null, true],
    ['isNaN(result)', Number.NaN, true],
    // JSON writes NaN as null
    ['isNaN(result)', null, true],
    ['isNaN(result)', 0, false],
    ['isInf(result)', -Infinity, true],
    ['isInf(1)', 0, false],
    ['isNil(result)', null, true],
    ['isNil(result)', 0, false],
    ['default(result, 0) < 1', null, true],
    ['default(result, 0) < 1', 2, false],
    ['len(result) == 2', ['a', 'b'], true],
    ['len(result) == 1', { a: 1 }, true],
    ['len(result) == 2', 'é😀', true],
  ])('helper: %s of %j is %j', (text, value, holds) => {
    expect(ask(text, value)).toEqual({ holds });
  });

  it.each<[string, unknown, RegExp]>([
    ['result.errors < 1', { requests: 1 }, /No such key: errors at column/],
    ['result[0] < 1', [], /index out of bounds/],
    ['result < 1', null, /no such overload: dyn<null> < int/],
    ['result < 1', '1', /no such overload/],
    ['result', 1, /gives a number, not true or false/],
    ['1', 1, /gives int, not true or false/],
    ['result + 1', 1, /gives \w+, not true or false|gives a number/],
    ['true || rsult < 1', 1, /Unknown variable: rsult at column 9/],
    ['sum(result) < 1', [1], /sum\(dyn\)/],
    ['result < 1 and true', 1, /Unexpected/],
    ['result <', 1, /Unexpected token: EOF/],
    ['', 1, /Unexpected token/],
    ['result.constructor == 1', {}, /No such key: constructor/],
    ["result['__proto__'] == 1", {}, /No such key: __proto__/],
    ['asInt(result) == 1', '1.1', /asInt\(\) takes .*, not "1.1"/],
    ['asInt(result) == 1', Number.NaN, /asInt\(\) takes/],
    ['asFloat(result) == 1.0', 'fast', /asFloat\(\) takes .*, not "fast"/],
    ['isNaN(result)', 'fast', /take a number, not "fast"/],
    ['len(result) == 1', 5, /len\(\) takes .*, not a number/],
    ['len(result) == 1', null, /not null/],
  ])('%s of %j has no answer', (text, value, error) => {
    expect(ask(text, value)).toEqual({ error: expect.stringMatching(error) });
  });

  it.each([
    "result.matches('(a+)+$')",
    "matches(result, 'a')",
    "false && result.matches('a')",
    "[1].exists(x, {'k': [result.matches('a')]}['k'][0])",
    "true ? !result.a[0].matches('a') : -1 == 1",
  ])('refuses regular expressions: %s', (text) => {
    expect(ask(text, 'a'.repeat(29))).toEqual({
      error: expect.stringMatching(/matches\(\) is refused.*glob/),
    });
  });

  it('refuses what nobody can have written by hand', () => {
    expect(ask(`result < ${'1'.repeat(10_000)}`, 1)).toEqual({
      error: 'longer than 10000 characters',
    });
  });

  it('lets a key be called matches', () => {
    expect(ask('result.matches > 1', { matches: 2 })).toEqual({ holds: true });
  });

  it('never throws, whatever is written', () => {
    const pieces = [
      'result',
      '.',
      '(',
      ')',
      '[',
      ']',
      '1',
      '<',
      '&&',
      "'a'",
      'x',
      ',',
      '!',
      '{',
      '}',
    ];
    const text = fc
      .array(fc.constantFrom(...pieces), { maxLength: 12 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.jsonValue(), (written, value) => {
        expect(Object.keys(ask(written, value))).toHaveLength(1);
      }),
      { numRuns: 500 },
    );
  });
});
