import { describe, expect, it } from 'vitest';
import { aSpec, aVersion } from '../test/support/builders.ts';
import { emptyLedger, recordDoor, recordRollout, recordVersion, type Ledger } from './ledger.ts';
import { doorBefore, doorOf } from './one-way.ts';
import { planRelease, planReturn } from './plan.ts';

type Past =
  | [what: 'finished' | 'rolled_back', version: string, live?: string]
  | [what: 'door', version: string];

const marked = aVersion('b', { oneWay: 'drops a column' });

/** What happened in eu, in this order. */
function ledgerOf(...past: Past[]): Ledger {
  return past.reduce((ledger, [what, version, live = version], index) => {
    const at = `2026-01-01T00:00:${String(index).padStart(2, '0')}.000Z`;
    const known = recordVersion(ledger, version === 'b' ? marked : aVersion(version));
    if (what === 'door') {
      return recordDoor(known, 'eu', { version, reason: 'drops a column', release: 1, at });
    }
    return recordRollout(known, 'eu', { version, release: 1, outcome: what, at }, live);
  }, emptyLedger());
}

const passed = ledgerOf(['finished', 'a'], ['door', 'b'], ['finished', 'b']);
const between = 'eu: a lies before b, which cannot be gone back past (drops a column)';

describe('domain/one-way', () => {
  it.each<[string, Ledger, string, string | null]>([
    ['nothing was passed', ledgerOf(['finished', 'a'], ['finished', 'b']), 'a', null],
    ['what served before it', passed, 'a', between],
    ['the version itself', passed, 'b', null],
    [
      'what came after it',
      ledgerOf(['door', 'b'], ['finished', 'b'], ['finished', 'c']),
      'c',
      null,
    ],
    ['what never was here', passed, 'd', 'eu: d lies before b'],
    ['what came back all the same', ledgerOf(['door', 'b'], ['finished', 'a']), 'a', null],
    [
      'somebody went back past it',
      ledgerOf(['finished', 'a'], ['door', 'b'], ['rolled_back', 'b', 'a']),
      'a',
      null,
    ],
  ])('%s', (_, ledger, name, reason) => {
    const said = doorBefore(ledger, 'eu', name);
    if (reason === null) expect(said).toBeNull();
    else expect(said).toContain(reason);
  });

  it('is a door only where a version serves, and only once', () => {
    expect(doorOf(emptyLedger(), 'eu', marked)).toBeUndefined();
    expect(doorOf(ledgerOf(['finished', 'a']), 'eu', marked)).toBe('drops a column');
    expect(doorOf(passed, 'eu', marked)).toBeUndefined();
    expect(doorOf(passed, 'eu', aVersion('c'))).toBeUndefined();
  });

  it('a mark stays, whoever submits the version again', () => {
    const again = recordVersion(recordVersion(emptyLedger(), marked), aVersion('b'));
    expect(again.versions['b']?.oneWay).toBe('drops a column');
  });

  it('the plan warns of it', () => {
    const result = planRelease(aSpec(), marked, { ledger: ledgerOf(['finished', 'a']) });
    expect('plan' in result && result.plan.warnings.join()).toContain(
      'eu: b cannot be gone back past once it has traffic (drops a column)',
    );
  });

  it('refuses a plan whose way back, or whose own version, lies before it', () => {
    const ledger = ledgerOf(['finished', 'a'], ['door', 'b'], ['finished', 'b']);
    const back = planRelease(aSpec({ rollback: { to: 'version:a' } }), aVersion('c'), { ledger });
    expect(back).toEqual({ refusals: expect.arrayContaining([between]) });
    const old = planRelease(aSpec(), aVersion('a'), { ledger });
    expect(old).toEqual({ refusals: expect.arrayContaining([between]) });
    expect(planRelease(aSpec(), aVersion('c'), { ledger })).toHaveProperty('plan');
  });

  it('refuses a return past it, unless with force', () => {
    const refused = { refusals: [`${between}; with force and a reason it goes all the same`] };
    expect(planReturn(aSpec(), 'a', passed)).toEqual(refused);
    expect(planReturn(aSpec(), null, passed)).toEqual(refused);
    expect(planReturn(aSpec(), 'a', passed, true)).toHaveProperty('plan');
  });
});
