import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { formatDuration, maxDurationMs, parseDuration } from './duration.ts';
import { durationSchema } from './duration-spec.ts';

describe('domain/duration', () => {
  it.each([
    ['seconds', '90s', 90_000],
    ['several units', '1h30m', 5_400_000],
    ['days', '2d', 172_800_000],
    ['milliseconds', '250ms', 250],
    ['fractions', '1.5h', 5_400_000],
    ['minutes before milliseconds', '1m5ms', 60_005],
    ['zero', '0s', 0],
    ['the longest', '366d', maxDurationMs],
  ])('reads %s: %s', (_, text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each([
    ['nothing', ''],
    ['a number without a unit', '10'],
    ['a unit without a number', 'm'],
    ['an unknown unit', '3w'],
    ['a sign', '-5m'],
    ['spaces', '5 m'],
    ['words around it', 'in 5m'],
    ['more than a year', '367d'],
  ])('refuses %s: "%s"', (_, text) => expect(parseDuration(text)).toBeNull());

  it.each([
    [250, '250ms'],
    [1000, '1s'],
    [5_400_000, '1h30m'],
    [90_061_000, '1d1h1m1s'],
    [0, '0ms'],
  ])('writes %d as %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it('reads back whatever it writes, to the second', () => {
    const wholeSeconds = fc.integer({ min: 1, max: maxDurationMs / 1000 }).map((s) => s * 1000);
    fc.assert(
      fc.property(fc.oneof(wholeSeconds, fc.integer({ min: 0, max: 999 })), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });

  it('says what would be right when a specification has none', () => {
    const result = durationSchema.safeParse('soon');
    expect(result.error?.issues[0]?.message).toContain('write for example 30s');
  });
});
