import { describe, expect, it } from 'vitest';
import { aVersion } from '../test/support/builders.ts';
import {
  contradicts,
  emptyLedger,
  environmentLedger,
  lastGood,
  liftQuarantine,
  quarantine,
  recordRollout,
  recordVersion,
  type Ledger,
} from './ledger.ts';

type Past = [version: string, outcome: 'finished' | 'rolled_back'];

function ledgerOf(past: Past[], quarantined: string[] = []): Ledger {
  let ledger = emptyLedger();
  past.forEach(([version, outcome], index) => {
    ledger = recordVersion(ledger, aVersion(version));
    const entry = { version, release: index + 1, outcome, at: 't' };
    ledger = recordRollout(ledger, 'eu', entry, outcome === 'finished' ? version : 'before');
  });
  for (const version of quarantined) {
    ledger = quarantine(ledger, version, { reason: 'bad', release: 1, at: 't' });
  }
  return ledger;
}

describe('domain/ledger', () => {
  it.each<[string, Past[], string[], string, string | null]>([
    ['nothing was ever live', [], [], 'c', null],
    ['one finished', [['a', 'finished']], [], 'c', 'a'],
    [
      'the latest of two',
      [
        ['a', 'finished'],
        ['b', 'finished'],
      ],
      [],
      'c',
      'b',
    ],
    [
      'the candidate itself does not count',
      [
        ['a', 'finished'],
        ['c', 'finished'],
      ],
      [],
      'c',
      'a',
    ],
    [
      'one that was rolled back does not count',
      [
        ['a', 'finished'],
        ['b', 'rolled_back'],
      ],
      [],
      'c',
      'a',
    ],
    [
      'one that finished once and was rolled back later does not count',
      [
        ['a', 'finished'],
        ['b', 'finished'],
        ['b', 'rolled_back'],
      ],
      [],
      'c',
      'a',
    ],
    [
      'one that was rolled back once and finished later does',
      [
        ['a', 'finished'],
        ['b', 'rolled_back'],
        ['b', 'finished'],
      ],
      [],
      'c',
      'b',
    ],
    [
      'a quarantined one does not count',
      [
        ['a', 'finished'],
        ['b', 'finished'],
      ],
      ['b'],
      'c',
      'a',
    ],
    ['only bad ones', [['b', 'finished']], ['b'], 'c', null],
  ])('last good: %s', (_, past, quarantined, candidate, expected) => {
    expect(lastGood(ledgerOf(past, quarantined), 'eu', candidate)).toBe(expected);
  });

  it('knows the live version of every environment on its own', () => {
    const ledger = ledgerOf([['a', 'finished']]);
    expect(environmentLedger(ledger, 'eu').live).toBe('a');
    expect(environmentLedger(ledger, 'us')).toEqual({ live: null, history: [] });
    expect(lastGood(ledger, 'us', 'c')).toBeNull();
  });

  it.each([
    ['a new name', aVersion('b'), false],
    ['the same again', aVersion('a'), false],
    ['another artefact', aVersion('a', { artifact: 'other' }), true],
    ['another config', aVersion('a', { config: 'sha256:1' }), true],
    ['another commit only', aVersion('a', { commit: 'f'.repeat(40) }), false],
  ])('a name never changes its meaning: %s', (_, version, expected) => {
    expect(contradicts(recordVersion(emptyLedger(), aVersion('a')), version)).toBe(expected);
  });

  it('forgets the oldest names, but none that an environment mentions', () => {
    let ledger = ledgerOf([['live', 'finished']]);
    for (let n = 0; n < 600; n += 1) ledger = recordVersion(ledger, aVersion(`v${n}`));
    expect(Object.keys(ledger.versions)).toHaveLength(500);
    expect(ledger.versions['live']).toBeDefined();
    expect(ledger.versions['v0']).toBeUndefined();
    expect(ledger.versions['v599']).toBeDefined();
  });

  it('keeps fifty entries of an environment, the latest', () => {
    const past = Array.from({ length: 60 }, (_, n): Past => [`v${n}`, 'finished']);
    const { history } = environmentLedger(ledgerOf(past), 'eu');
    expect(history).toHaveLength(50);
    expect(history.at(-1)?.version).toBe('v59');
  });

  it('lifts a quarantine without touching others', () => {
    const ledger = liftQuarantine(ledgerOf([], ['a', 'b']), 'a');
    expect(Object.keys(ledger.quarantine)).toEqual(['b']);
  });
});
