import { describe, expect, it } from 'vitest';
import { isRecord } from './json.ts';

describe('domain/json', () => {
  it.each([
    ['an object', { a: 1 }, true],
    ['an empty object', {}, true],
    ['null', null, false],
    ['an array', [], false],
    ['text', 'a', false],
    ['nothing', undefined, false],
  ])('%s', (_, value, expected) => expect(isRecord(value)).toBe(expected));
});
