import { describe, expect, it } from 'vitest';
import { isZone, momentOf } from './zone.ts';

describe('calendar/zone.ts', () => {
  it.each([
    ['Europe/Berlin', true],
    ['UTC', true],
    ['Etc/GMT+5', true],
    ['Asia/Calcutta', true],
    ['Europe/Berln', false],
    ['+02:00', false],
    ['', false],
    ['Berlin', false],
  ])('%s is a zone: %s', (name, expected) => {
    expect(isZone(name)).toBe(expected);
  });

  it.each([
    [
      'a day begins at local midnight',
      '2026-11-26',
      'Europe/Berlin',
      false,
      '2026-11-25T23:00:00Z',
    ],
    ['a last day ends at the next', '2026-11-26', 'Europe/Berlin', true, '2026-11-26T23:00:00Z'],
    ['even one of 25 hours', '2026-10-25', 'Europe/Berlin', true, '2026-10-25T23:00:00Z'],
    ['a local time', '2026-07-01T18:30', 'America/New_York', true, '2026-07-01T22:30:00Z'],
    [
      'an offset goes before the zone',
      '2026-07-01T18:30+05:30',
      'UTC',
      true,
      '2026-07-01T13:00:00Z',
    ],
    ['UTC', '2026-07-01T18:30:15Z', 'Europe/Berlin', false, '2026-07-01T18:30:15Z'],
    ['a skipped time', '2026-03-29T02:30', 'Europe/Berlin', false, '2026-03-29T01:30:00Z'],
    ['a repeated time', '2026-10-25T02:30', 'Europe/Berlin', false, '2026-10-25T00:30:00Z'],
    ['midnight that is skipped', '2026-09-06', 'America/Santiago', false, '2026-09-06T04:00:00Z'],
  ])('%s', (_, text, zone, end, expected) => {
    expect(momentOf(text, zone, end)).toBe(Date.parse(expected));
  });

  it.each([
    [
      'Europe/Berlin',
      '2026-03-29T02:30',
      '2026-03-29T01:30Z',
      '2026-10-25T02:30',
      '2026-10-25T00:30Z',
    ],
    [
      'America/New_York',
      '2026-03-08T02:30',
      '2026-03-08T07:30Z',
      '2026-11-01T01:30',
      '2026-11-01T05:30Z',
    ],
    [
      'America/Santiago',
      '2026-09-06T00:30',
      '2026-09-06T04:30Z',
      '2026-04-04T23:30',
      '2026-04-05T02:30Z',
    ],
    [
      'Australia/Lord_Howe',
      '2026-10-04T02:15',
      '2026-10-03T15:45Z',
      '2026-04-05T01:45',
      '2026-04-04T14:45Z',
    ],
    [
      'Pacific/Chatham',
      '2026-09-27T03:15',
      '2026-09-26T14:30Z',
      '2026-04-05T03:15',
      '2026-04-04T13:30Z',
    ],
    [
      'Africa/Casablanca',
      '2026-03-22T02:30',
      '2026-03-22T02:30Z',
      '2026-02-15T02:30',
      '2026-02-15T01:30Z',
    ],
  ])(
    '%s: %s is skipped and means %s; %s is twice and means %s',
    (zone, gap, after, overlap, first) => {
      expect(momentOf(gap, zone, false)).toBe(Date.parse(after));
      expect(momentOf(overlap, zone, true)).toBe(Date.parse(first));
    },
  );

  it.each(['2026-02-30', '2026-13-01', '2026-01-01T25:00', 'tomorrow', ''])(
    '%s is no moment',
    (text) => {
      expect(momentOf(text, 'UTC', false)).toBeNull();
    },
  );
});
