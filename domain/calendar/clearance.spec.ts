import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { clearanceAt, nextClear } from './clearance.ts';
import { binds, scopeSentence, type Stop } from './freeze.ts';
import type { OpeningAfter } from './window.ts';

/** Open from 9 to 16 in a day of 24. */
const daily: OpeningAfter = (at) => {
  const day = Math.floor(at / 24) * 24;
  const from = at < day + 16 ? day + 9 : day + 33;
  return { from, to: from + 7, onClose: 'hold' };
};
const once: OpeningAfter = (at) => (at < 16 ? { from: 9, to: 16, onClose: 'rollback' } : null);
const stop = (from: number, to: number, kind: Stop['kind'] = 'freeze'): Stop => ({
  kind,
  from,
  to,
  sentence: `${kind} ${from}-${to}`,
});

describe('domain/calendar/clearance.ts', () => {
  it.each([
    ['no calendar', null, [], 5, true, null],
    ['before the window', daily, [], 5, false, 9],
    ['the moment it opens', daily, [], 9, true, 16],
    ['in it', daily, [], 12, true, 16],
    ['the moment it closes', daily, [], 16, false, 33],
    ['a freeze begins later in it', daily, [stop(14, 40)], 12, true, 14],
    ['in the freeze, which ends in the next one', daily, [stop(14, 35)], 14, false, 35],
    ['in the freeze, which ends outside', daily, [stop(14, 45)], 14, false, 57],
    ['freezes back to back', daily, [stop(14, 20), stop(20, 58)], 15, false, 58],
    ['freezes that overlap', daily, [stop(14, 58), stop(20, 34)], 15, false, 58],
    ['a hold without windows', null, [stop(3, 8, 'hold')], 5, false, 8],
    ['the moment the hold ends', null, [stop(3, 8, 'hold')], 8, true, null],
    ['a stop of no length', null, [stop(8, 8)], 5, true, null],
    ['a stop without an end', null, [stop(0, Infinity)], 5, false, null],
    ['a window that was the last', once, [], 17, false, null],
    ['a freeze over the last window', once, [stop(8, 20)], 5, false, null],
  ] as const)('%s', (_, openingAfter, stops, at, open, until) => {
    expect(clearanceAt({ openingAfter, stops }, at)).toMatchObject({ open, until });
  });

  it('names everything that speaks against it', () => {
    const stops = [stop(0, 50), stop(4, 6, 'hold'), stop(60, 70)];
    expect(clearanceAt({ openingAfter: daily, stops }, 5).blockers).toEqual([
      { kind: 'window', sentence: 'the maintenance window' },
      { kind: 'freeze', sentence: 'freeze 0-50' },
      { kind: 'hold', sentence: 'hold 4-6' },
    ]);
  });

  it('says what closing does of the window that is open', () => {
    expect(clearanceAt({ openingAfter: once, stops: [] }, 10).onClose).toBe('rollback');
    expect(clearanceAt({ openingAfter: once, stops: [] }, 20).onClose).toBeNull();
  });

  it('what it promises is free, and nothing before it is', () => {
    const hours = fc.integer({ min: 0, max: 100 });
    const stops = fc.array(
      fc.tuple(hours, hours).map(([from, length]) => stop(from, from + length)),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(fc.constantFrom(null, daily, once), stops, hours, (openingAfter, stops, at) => {
        const calendar = { openingAfter, stops };
        const next = nextClear(calendar, at);
        for (let moment = at; moment < (next ?? 300); moment += 1) {
          expect(clearanceAt(calendar, moment).open).toBe(false);
        }
        if (next !== null) expect(clearanceAt(calendar, next).open).toBe(true);
      }),
    );
  });
});

describe('domain/calendar/freeze.ts', () => {
  it.each([
    ['everything', {}, true, 'all environments'],
    ['by name', { environments: ['eu', 'us'] }, true, 'environments eu, us'],
    ['another name', { environments: ['us'] }, false, 'environments us'],
    ['by label', { labels: { tier: '1' } }, true, 'label tier=1'],
    ['another value', { labels: { tier: '2' } }, false, 'label tier=2'],
    [
      'a label it has not',
      { labels: { tier: '1', zone: 'x' } },
      false,
      'label tier=1 with label zone=x',
    ],
    [
      'name and label',
      { environments: ['eu'], labels: { tier: '2' } },
      false,
      'environments eu with label tier=2',
    ],
  ])('%s', (_, scope, expected, sentence) => {
    expect(binds(scope, 'eu', { tier: '1' })).toBe(expected);
    expect(scopeSentence(scope)).toBe(sentence);
  });
});
