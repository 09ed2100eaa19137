import { describe, expect, it } from 'vitest';
import { forecast } from './forecast.ts';
import type { OpeningAfter } from './window.ts';

const hour = 3_600_000;
const start = Date.UTC(2026, 0, 5);
/** Open from 9 to 16 every day. */
const daily: OpeningAfter = (at) => {
  const midnight = Math.floor(at / (24 * hour)) * 24 * hour;
  const from = at < midnight + 16 * hour ? midnight + 9 * hour : midnight + 33 * hour;
  return { from, to: from + 7 * hour, onClose: 'hold' };
};
const freeze = {
  kind: 'freeze' as const,
  from: start + 12 * hour,
  to: start + 38 * hour,
  sentence: 'the freeze "x"',
};

describe('domain/calendar/forecast.ts', () => {
  it('takes freezes out of the openings', () => {
    const calendar = { openingAfter: daily, stops: [freeze] };
    expect(forecast('eu', calendar, start + 13 * hour, 3)).toEqual({
      environment: 'eu',
      open: false,
      waitsFor: ['the freeze "x"'],
      openings: [
        { from: '2026-01-06T14:00:00.000Z', to: '2026-01-06T16:00:00.000Z' },
        { from: '2026-01-07T09:00:00.000Z', to: '2026-01-07T16:00:00.000Z' },
        { from: '2026-01-08T09:00:00.000Z', to: '2026-01-08T16:00:00.000Z' },
      ],
    });
  });

  it('begins now when it is open, and ends where nothing ends it', () => {
    const calendar = { openingAfter: null, stops: [freeze] };
    expect(forecast('eu', calendar, start, 5)).toMatchObject({
      open: true,
      openings: [
        { from: '2026-01-05T00:00:00.000Z', to: '2026-01-05T12:00:00.000Z' },
        { from: '2026-01-06T14:00:00.000Z', to: null },
      ],
    });
  });

  it('has no openings when there will be none', () => {
    const calendar = { openingAfter: () => null, stops: [] };
    expect(forecast('eu', calendar, start, 5)).toMatchObject({ open: false, openings: [] });
  });
});
