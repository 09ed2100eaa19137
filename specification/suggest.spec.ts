import { describe, expect, it } from 'vitest';
import { knownKeys, nearest } from './suggest.ts';

describe('specification/suggest.ts', () => {
  it.each([
    ['stepz', ['steps', 'bake'], 'steps'],
    ['Steps', ['steps', 'bake'], 'steps'],
    ['enviroments', ['application', 'environments'], 'environments'],
    ['on', ['to', 'scope'], null],
    ['zzz', ['steps', 'bake'], null],
    ['steps', [], null],
  ])('%s among %j: %s', (word, candidates, expected) => {
    expect(nearest(word, candidates)).toBe(expected);
  });

  it.each<[(string | number)[], string[]]>([
    [['rollback'], ['to', 'scope', 'deadline', 'verify', 'rehearse']],
    [
      ['environments', 'eu'],
      ['target', 'router', 'worker', 'window', 'windows', 'labels'],
    ],
    [
      ['production', 'strategy'],
      ['canary', 'blueGreen', 'allAtOnce'],
    ],
    [
      ['production', 'strategy', 'canary', 'steps', 0],
      ['weight', 'bake', 'ring', 'mirror', 'linear', 'exponential'],
    ],
    [['environments', 'eu', 'target', 'process'], []],
    [['nowhere'], []],
  ])('knows the keys at %j', (path, expected) => {
    expect(knownKeys(path)).toEqual(expect.arrayContaining(expected));
    expect(knownKeys(path)).toHaveLength(expected.length);
  });
});
