import { describe, expect, it } from 'vitest';
import { openingsFrom, type Window } from '../domain/calendar/window.ts';
import { openingsOf } from './openings.ts';

const hour = 3_600_000;

function aWindow(rrule: string, timezone: string, change: Partial<Window> = {}): Window {
  return { rrule, timezone, duration: 2 * hour, onClose: 'hold', ...change };
}

/** Openings from a moment on, as `from / to` in UTC. */
function shown(windows: Window[], at: string, count: number): string[] {
  const openings = openingsFrom(openingsOf(windows)!, Date.parse(at), count);
  return openings.map(({ from, to }) => `${utc(from)} / ${utc(to)}`);
}

function utc(ms: number): string {
  return new Date(ms).toISOString().replace(':00.000Z', 'Z');
}

/** Expected values were worked out by hand from the zones' rules. */
const tables: [situation: string, window: Window, at: string, openings: string[]][] = [
  [
    'Berlin: nine in the morning stays nine when summer begins',
    aWindow('FREQ=DAILY;BYHOUR=9', 'Europe/Berlin'),
    '2026-03-28T00:00:00Z',
    ['2026-03-28T08:00Z / 2026-03-28T10:00Z', '2026-03-29T07:00Z / 2026-03-29T09:00Z'],
  ],
  [
    'Berlin: half past two does not exist on the day summer begins',
    aWindow('FREQ=DAILY;BYHOUR=2;BYMINUTE=30', 'Europe/Berlin'),
    '2026-03-28T00:00:00Z',
    ['2026-03-28T01:30Z / 2026-03-28T03:30Z', '2026-03-30T00:30Z / 2026-03-30T02:30Z'],
  ],
  [
    'Berlin: half past two happens twice on the day summer ends, and opens once, at the first',
    aWindow('FREQ=DAILY;BYHOUR=2;BYMINUTE=30', 'Europe/Berlin'),
    '2026-10-25T00:00:00Z',
    ['2026-10-25T00:30Z / 2026-10-25T02:30Z', '2026-10-26T01:30Z / 2026-10-26T03:30Z'],
  ],
  [
    'Berlin: a window across the change is as long as any other',
    aWindow('FREQ=WEEKLY;BYDAY=SA;BYHOUR=23', 'Europe/Berlin', { duration: 7 * hour }),
    '2026-03-27T00:00:00Z',
    ['2026-03-28T22:00Z / 2026-03-29T05:00Z', '2026-04-04T21:00Z / 2026-04-05T04:00Z'],
  ],
  [
    'New York: changes on other days than Europe',
    aWindow('FREQ=WEEKLY;BYDAY=MO;BYHOUR=9', 'America/New_York'),
    '2026-03-02T00:00:00Z',
    ['2026-03-02T14:00Z / 2026-03-02T16:00Z', '2026-03-09T13:00Z / 2026-03-09T15:00Z'],
  ],
  [
    'New York: one at night happens twice when summer ends, and opens once, at the first',
    aWindow('FREQ=WEEKLY;BYDAY=SU;BYHOUR=1', 'America/New_York'),
    '2026-10-31T00:00:00Z',
    ['2026-11-01T05:00Z / 2026-11-01T07:00Z', '2026-11-08T06:00Z / 2026-11-08T08:00Z'],
  ],
  [
    'Lord Howe: the clock moves by half an hour, so a quarter past two is skipped',
    aWindow('FREQ=DAILY;BYHOUR=2;BYMINUTE=15', 'Australia/Lord_Howe'),
    '2026-10-02T12:00:00Z',
    ['2026-10-02T15:45Z / 2026-10-02T17:45Z', '2026-10-04T15:15Z / 2026-10-04T17:15Z'],
  ],
  [
    'Lord Howe: and a quarter to two happens twice',
    aWindow('FREQ=DAILY;BYHOUR=1;BYMINUTE=45', 'Australia/Lord_Howe'),
    '2026-04-04T12:00:00Z',
    ['2026-04-04T14:45Z / 2026-04-04T16:45Z', '2026-04-05T15:15Z / 2026-04-05T17:15Z'],
  ],
  [
    'Kolkata: half an hour off and no summer',
    aWindow('FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=22;BYMINUTE=30', 'Asia/Kolkata'),
    '2026-03-01T00:00:00Z',
    ['2026-03-27T17:00Z / 2026-03-27T19:00Z', '2026-04-24T17:00Z / 2026-04-24T19:00Z'],
  ],
  [
    'Apia: the 30th of December 2011 never happened',
    aWindow('FREQ=DAILY;BYHOUR=9', 'Pacific/Apia'),
    '2011-12-29T12:00:00Z',
    ['2011-12-29T19:00Z / 2011-12-29T21:00Z', '2011-12-30T19:00Z / 2011-12-30T21:00Z'],
  ],
  [
    'Casablanca: the clock goes back for Ramadan',
    aWindow('FREQ=DAILY;BYHOUR=12', 'Africa/Casablanca'),
    '2026-02-14T00:00:00Z',
    ['2026-02-14T11:00Z / 2026-02-14T13:00Z', '2026-02-15T12:00Z / 2026-02-15T14:00Z'],
  ],
  [
    'a leap day comes, however far away',
    aWindow('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYHOUR=9', 'UTC'),
    '2026-01-01T00:00:00Z',
    ['2028-02-29T09:00Z / 2028-02-29T11:00Z', '2032-02-29T09:00Z / 2032-02-29T11:00Z'],
  ],
  [
    'every second week counts from the first day',
    aWindow('FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;BYHOUR=9', 'UTC', { from: '2026-01-05' }),
    '2026-06-01T00:00:00Z',
    ['2026-06-09T09:00Z / 2026-06-09T11:00Z', '2026-06-23T09:00Z / 2026-06-23T11:00Z'],
  ],
  [
    'the first working day of the month',
    aWindow('FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1;BYHOUR=9', 'UTC'),
    '2026-07-15T00:00:00Z',
    ['2026-08-03T09:00Z / 2026-08-03T11:00Z', '2026-09-01T09:00Z / 2026-09-01T11:00Z'],
  ],
];

/** A local time on the day that skips it and on the day that has it twice, in UTC; null: never. */
const changes: [zone: string, day: string, local: string, opens: string | null][] = [
  ['Europe/Berlin', '2026-03-29', '02:30', null],
  ['Europe/Berlin', '2026-10-25', '02:30', '2026-10-25T00:30Z'],
  ['America/New_York', '2026-03-08', '02:30', null],
  ['America/New_York', '2026-11-01', '01:30', '2026-11-01T05:30Z'],
  ['America/Santiago', '2026-09-06', '00:30', null],
  ['America/Santiago', '2026-04-04', '23:30', '2026-04-05T02:30Z'],
  ['Australia/Lord_Howe', '2026-10-04', '02:15', null],
  ['Australia/Lord_Howe', '2026-04-05', '01:45', '2026-04-04T14:45Z'],
  ['Pacific/Chatham', '2026-09-27', '03:15', null],
  ['Pacific/Chatham', '2026-04-05', '03:15', '2026-04-04T13:30Z'],
  ['Africa/Casablanca', '2026-03-22', '02:30', null],
  ['Africa/Casablanca', '2026-02-15', '02:30', '2026-02-15T01:30Z'],
  ['America/St_Johns', '2026-03-08', '02:30', null],
  ['America/St_Johns', '2026-11-01', '01:30', '2026-11-01T04:00Z'],
];

describe('calendar/openings.ts', () => {
  it.each(changes)('%s on %s at %s opens at %s, once', (timezone, day, local, opens) => {
    const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
    const [hours = 0, minutes = 0] = local.split(':').map(Number);
    const rrule = `FREQ=YEARLY;BYMONTH=${month};BYMONTHDAY=${date};BYHOUR=${hours};BYMINUTE=${minutes}`;
    const around = Date.UTC(year, month - 1, date - 1);
    const openings = openingsFrom(openingsOf([aWindow(rrule, timezone)])!, around, 2);
    const near = openings.filter(({ from }) => from < around + 72 * hour);
    expect(near.map(({ from }) => utc(from))).toEqual(opens === null ? [] : [opens]);
  });

  it.each(tables)('%s', (_, window, at, openings) => {
    expect(shown([window], at, 2)).toEqual(openings);
  });

  it('is in the opening it began with until it closes, to the millisecond', () => {
    const next = openingsOf([aWindow('FREQ=DAILY;BYHOUR=9', 'UTC')])!;
    const from = Date.UTC(2026, 0, 5, 9);
    expect(next(from - 1)?.from).toBe(from);
    expect(next(from)?.from).toBe(from);
    expect(next(from + 2 * hour - 1)?.from).toBe(from);
    expect(next(from + 2 * hour)?.from).toBe(from + 24 * hour);
  });

  it('knows a long window that opened weeks ago', () => {
    const window = aWindow('FREQ=MONTHLY;BYMONTHDAY=1', 'UTC', { duration: 20 * 24 * hour });
    expect(shown([window], '2026-05-19T00:00:00Z', 1)).toEqual([
      '2026-05-01T00:00Z / 2026-05-21T00:00Z',
    ]);
  });

  it('makes one opening of windows that overlap or touch; who closes last says what closing does', () => {
    const first = aWindow('FREQ=DAILY;BYHOUR=9', 'UTC');
    const second = aWindow('FREQ=DAILY;BYHOUR=11', 'UTC', { onClose: 'rollback' });
    const apart = aWindow('FREQ=DAILY;BYHOUR=14', 'UTC', { onClose: 'continue' });
    const openings = openingsFrom(
      openingsOf([apart, second, first])!,
      Date.parse('2026-01-05T00:00:00Z'),
      2,
    );
    expect(openings).toEqual([
      { from: Date.UTC(2026, 0, 5, 9), to: Date.UTC(2026, 0, 5, 13), onClose: 'rollback' },
      { from: Date.UTC(2026, 0, 5, 14), to: Date.UTC(2026, 0, 5, 16), onClose: 'continue' },
    ]);
  });

  it.each([
    ['a day that does not exist', aWindow('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', 'UTC')],
    ['after UNTIL', aWindow('FREQ=DAILY;BYHOUR=9;UNTIL=20251231T000000Z', 'UTC')],
    ['after COUNT', aWindow('FREQ=DAILY;COUNT=3', 'UTC', { from: '2025-01-01' })],
  ])('never opens: %s', (_, window) => {
    expect(openingsOf([window])!(Date.parse('2026-01-05T00:00:00Z'))).toBeNull();
  });

  it('is always open without windows', () => {
    expect(openingsOf([])).toBeNull();
  });

  it('closes exactly when UNTIL has let the last one begin', () => {
    const window = aWindow('FREQ=DAILY;BYHOUR=9;UNTIL=20260102T080000Z', 'Europe/Berlin');
    expect(shown([window], '2026-01-01T00:00:00Z', 5)).toEqual([
      '2026-01-01T08:00Z / 2026-01-01T10:00Z',
      '2026-01-02T08:00Z / 2026-01-02T10:00Z',
    ]);
  });
});
