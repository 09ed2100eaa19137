import { describe, expect, it } from 'vitest';
import { emptyLedger, quarantine, recordRollout } from '../../domain/ledger.ts';
import { returnTargets } from './return-targets.ts';

const day = (number: number) => `2026-11-0${number}T12:00:00.000Z`;
const entry = (
  version: string,
  number: number,
  outcome: 'finished' | 'rolled_back' = 'finished',
) => ({
  version,
  release: number,
  outcome,
  at: day(number),
});

describe('web/applications/return-targets.ts', () => {
  it('offers what finished, latest first, but what is quarantined or live everywhere', () => {
    let ledger = emptyLedger();
    ledger = recordRollout(ledger, 'eu', entry('1.0.0', 1), '1.0.0');
    ledger = recordRollout(ledger, 'eu', entry('1.1.0', 2), '1.1.0');
    ledger = recordRollout(ledger, 'eu', entry('1.2.0', 3, 'rolled_back'), '1.1.0');
    ledger = recordRollout(ledger, 'eu', entry('1.3.0', 4), '1.3.0');
    ledger = recordRollout(ledger, 'us', entry('1.0.0', 5), '1.0.0');
    ledger = recordRollout(ledger, 'us', entry('1.3.0', 6), '1.3.0');

    expect(returnTargets(ledger)).toEqual(['1.0.0', '1.1.0']);
    expect(
      returnTargets(quarantine(ledger, '1.0.0', { reason: 'bad', release: 1, at: day(7) })),
    ).toEqual(['1.1.0']);
    expect(returnTargets(emptyLedger())).toEqual([]);
  });
});
