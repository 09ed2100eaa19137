import { describe, expect, it } from 'vitest';
import type { Freeze } from '../domain/calendar/freeze-spec.ts';
import type { Hold } from '../domain/calendar/hold.ts';
import { freezeProblems, stopOfFreeze, stopsFor } from './stops.ts';

const christmas: Freeze = {
  name: 'Christmas',
  from: '2026-12-24',
  to: '2026-12-26',
  timezone: 'Europe/Berlin',
};
const hold: Hold = {
  id: 'hold-1',
  kind: 'hold',
  by: { id: 'jane', channel: 'cli' },
  reason: 'migration',
  from: '2026-01-05T09:00:00Z',
  to: '2026-01-05T11:00:00Z',
  labels: { tier: '1' },
};

describe('calendar/stops.ts', () => {
  it('a freeze of days is three whole days on the clock of its zone', () => {
    expect(stopOfFreeze(christmas)).toEqual({
      kind: 'freeze',
      from: Date.parse('2026-12-23T23:00:00Z'),
      to: Date.parse('2026-12-26T23:00:00Z'),
      sentence: 'the freeze "Christmas"',
    });
  });

  it('gives every environment what binds it', () => {
    const stops = { freezes: [{ ...christmas, environments: ['eu'] }], holds: [hold] };
    const kinds = (environment: string, tier: string) =>
      stopsFor(stops, environment, { tier }).map(({ kind }) => kind);
    expect(kinds('eu', '1')).toEqual(['freeze', 'hold']);
    expect(kinds('eu', '2')).toEqual(['freeze']);
    expect(kinds('us', '1')).toEqual(['hold']);
    expect(kinds('us', '2')).toEqual([]);
  });

  it('one that cannot be read binds for ever', () => {
    expect(stopOfFreeze({ ...christmas, timezone: 'Mars/Olympus' })).toMatchObject({
      from: -Infinity,
      to: Infinity,
    });
  });

  it.each([
    [{}, []],
    [
      { timezone: 'Berlin' },
      [{ field: 'timezone', message: expect.stringContaining('no time zone') }],
    ],
    [
      { from: '2026-02-30' },
      [{ field: 'from', message: 'there is no "2026-02-30" in the calendar' }],
    ],
    [{ to: '2026-12-32' }, [{ field: 'to', message: 'there is no "2026-12-32" in the calendar' }]],
    [{ to: '2026-12-20' }, [{ field: 'to', message: 'must be after `from` (2026-12-24)' }]],
    [{ to: '2026-12-24' }, []],
    [
      { from: '2026-12-24T10:00', to: '2026-12-24T10:00' },
      [{ field: 'to', message: expect.any(String) }],
    ],
  ])('problems of %j', (change, problems) => {
    expect(freezeProblems({ ...christmas, ...change })).toEqual(problems);
  });
});
