import { describe, expect, it } from 'vitest';
import { glob } from './glob.ts';

describe('conditions/glob', () => {
  it.each([
    ['', '', true],
    ['', '*', true],
    ['', '?', false],
    ['abc', 'abc', true],
    ['abc', 'ab', false],
    ['ab', 'abc', false],
    ['abc', 'a?c', true],
    ['abc', '*', true],
    ['abc', 'a*', true],
    ['abc', '*c', true],
    ['abc', '*b', false],
    ['abcabd', '*abd', true],
    ['aXbXc', 'a*b*c', true],
    ['aXbX', 'a*b*c', false],
    ['a.c', 'a.c', true],
    ['abc', 'a.c', false],
    ['a*c', 'a*c', true],
    ['abc', '**c**', true],
  ])('%j against %j: %j', (text, pattern, matches) => {
    expect(glob(text, pattern)).toBe(matches);
  });

  it('is not led astray by many stars', () => {
    expect(glob('a'.repeat(20_000), `${'a*'.repeat(50)}b`)).toBe(false);
  });
});
