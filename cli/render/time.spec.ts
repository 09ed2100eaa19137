import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { clock, span, stamp, wallTime } from './time.ts';

describe('cli/render/time', () => {
  beforeAll(() => vi.stubEnv('TZ', 'UTC'));
  afterAll(() => vi.unstubAllEnvs());

  it.each([
    [-5, '00:00', '0 s'],
    [0, '00:00', '0 s'],
    [999, '00:00', '0 s'],
    [41_000, '00:41', '41 s'],
    [60_000, '01:00', '1 min'],
    [200_500, '03:20', '3 min 20 s'],
    [3_599_999, '59:59', '59 min 59 s'],
    [7_505_000, '2:05:05', '2 h 5 min'],
    [86_400_000, '1 d', '1 d'],
    [273_600_000, '3 d 4 h', '3 d 4 h'],
  ])('%i ms is %s on a clock and %s in words', (ms, onClock, inWords) => {
    expect(clock(ms)).toBe(onClock);
    expect(span(ms)).toBe(inWords);
  });

  it('shows the date only of another day', () => {
    const now = Date.parse('2026-11-23T23:00:00Z');
    expect(wallTime('2026-11-23T14:05:09.123Z', now)).toBe('14:05:09');
    expect(wallTime('2026-11-24T01:00:00Z', now)).toBe('2026-11-24 01:00:00');
    expect(wallTime('whenever', now)).toBe('whenever');
  });

  it('keeps stamps to the second', () => {
    expect(stamp('2026-11-23T12:03:11.482Z')).toBe('2026-11-23T12:03:11Z');
  });
});
