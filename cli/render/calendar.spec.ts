import { describe, expect, it } from 'vitest';
import { calendarLines } from './calendar.ts';
import { paint, paletteOf } from './text.ts';

const at = (hour: number, day = 5) => new Date(2026, 0, day, hour).toISOString();
const now = new Date(2026, 0, 5, 10).getTime();

function shown(...calendar: Parameters<typeof calendarLines>[0]): string[] {
  return calendarLines(calendar, now).map((line) => paint(line, 100, paletteOf(false)).trimEnd());
}

describe('cli/render/calendar.ts', () => {
  it('shows what is open, until when, and what comes then', () => {
    const openings = [
      { from: at(10), to: at(16) },
      { from: at(9, 6), to: at(16, 6) },
    ];
    expect(shown({ environment: 'eu', open: true, waitsFor: [], openings })).toEqual([
      'calendar    eu: open until 16:00',
      '            then 2026-01-06 09:00 to 2026-01-06 16:00',
    ]);
  });

  it('shows what a closed one waits for', () => {
    const openings = [{ from: at(12), to: null }];
    const waitsFor = ['the maintenance window', 'the freeze "x"'];
    expect(shown({ environment: 'eu', open: false, waitsFor, openings })).toEqual([
      'calendar    eu: waits for the maintenance window and the freeze "x"',
      '            then 12:00 to the end of time',
    ]);
  });

  it('says nothing of what is always open', () => {
    const openings = [{ from: at(10), to: null }];
    expect(shown({ environment: 'eu', open: true, waitsFor: [], openings })).toEqual([]);
  });
});
