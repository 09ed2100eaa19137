import { describe, expect, it } from 'vitest';
import { aProduction, aSpec, aVersion } from '../test/support/builders.ts';
import { expressSpec } from './hotfix.ts';
import { emptyLedger, recordRollout, recordVersion, type Ledger } from './ledger.ts';
import { countTests, planRelease, type Plan } from './plan.ts';
import type { Version } from './release.ts';
import {
  noWayBack,
  noWayOn,
  roundTripWords,
  testOnTrip,
  tripSentence,
  tripWords,
} from './round-trip.ts';
import type { Spec } from './spec.ts';
import { ends } from './words.ts';

const asked = aSpec({
  rollback: { rehearse: true },
  production: aProduction({ waves: [{ environments: ['eu'] }, { environments: ['us'] }] }),
});

/** A ledger in which each environment finished these versions, in order. */
function finished(past: Record<string, string[]>): Ledger {
  let ledger = emptyLedger();
  for (const [environment, versions] of Object.entries(past)) {
    for (const version of versions) {
      ledger = recordVersion(ledger, aVersion(version));
      const entry = { version, release: 1, outcome: 'finished' as const, at: 't' };
      ledger = recordRollout(ledger, environment, entry, version);
    }
  }
  return ledger;
}

const live = finished({ staging: ['1.0.0'], eu: ['1.0.0'], us: ['1.0.0'] });

function planned(spec: Spec, ledger: Ledger, extra: Partial<Version> = {}): Plan {
  const powers = { fake: { granularity: 0.01 } };
  const result = planRelease(spec, aVersion('1.1.0', extra), { ledger, powers });
  if ('refusals' in result) throw new Error(result.refusals.join('; '));
  return result.plan;
}
const trip = ({ staging }: Plan) => staging?.roundTrip?.map(({ name }) => name);

describe('domain/round-trip', () => {
  it.each<[string, Spec, Ledger, string[] | undefined]>([
    ['goes where production would go back to', asked, live, ['1.0.0']],
    [
      'goes there once for each version',
      asked,
      finished({ staging: ['1.0.0'], eu: ['1.0.0'], us: ['0.9.0'] }),
      ['1.0.0', '0.9.0'],
    ],
    [
      'goes to a named version',
      { ...asked, rollback: { ...asked.rollback, to: 'version:0.9.0' } },
      finished({ staging: ['1.0.0'], eu: ['0.9.0', '1.0.0'], us: ['0.9.0', '1.0.0'] }),
      ['0.9.0'],
    ],
    [
      'knows of production what staging has never seen',
      asked,
      finished({ eu: ['1.0.0'], us: ['1.0.0'] }),
      ['1.0.0'],
    ],
    ['is not taken unasked', aSpec(), finished({ eu: ['1.0.0'] }), undefined],
  ])('%s', (_, spec, ledger, expected) => {
    const plan = planned(spec, ledger);
    expect(trip(plan)).toEqual(expected);
    expect(plan.warnings.filter((warning) => warning.includes('round trip'))).toEqual([]);
  });

  it.each<[string, Plan, string]>([
    ['a first release', planned(asked, emptyLedger()), 'there is no version to go back to yet'],
    [
      'a one-way door',
      planned(asked, live, { oneWay: 'drops a column' }),
      '1.1.0 cannot be gone back past (drops a column)',
    ],
    [
      'a hotfix past staging',
      planned(
        expressSpec(aSpec({ rollback: { rehearse: true }, hotfix: { staging: false } })),
        live,
      ),
      'this release has no staging',
    ],
  ])('is left out with a sentence: %s', (_, plan, why) => {
    expect(trip(plan)).toBeUndefined();
    expect(plan.warnings).toContain(`no round trip in staging: ${why}`);
  });

  it('counts the tests of every version that is back', () => {
    expect(countTests(planned(asked, live).staging)).toBe(2);
    expect(countTests(planned(aSpec(), live).staging)).toBe(1);
  });

  it.each([
    ['', ''],
    ['it exited', 'it exited'],
    ['it exited:\nboom', 'it exited: boom'],
    ['it exited:\nconnecting\n\nboom: no schema\n', 'it exited: … boom: no schema'],
    ['x'.repeat(400), 'x'.repeat(300)],
  ])('says a log in one line', (text, line) => expect(ends(text)).toBe(line));

  it('says what it does and what it has shown', () => {
    const { staging } = planned(asked, live);
    const untested = staging && { ...staging, tests: [] };
    expect(staging && roundTripWords(staging)).toBe(
      'round trip: back to 1.0.0, then 1.1.0 again, with all tests each time',
    );
    expect(untested && roundTripWords(untested)).toBe(
      'round trip: back to 1.0.0, then 1.1.0 again',
    );
    expect(testOnTrip('smoke', '1.0.0')).toBe('smoke on 1.0.0');
    expect(tripWords('1.0.0')).toBe('round trip to 1.0.0 and back');
    expect(noWayBack('1.0.0', '1.1.0', 'test "smoke" failed: 500')).toBe(
      '1.0.0 does not run after 1.1.0 was there: test "smoke" failed: 500; so there would be no way back',
    );
    expect(noWayOn('1.0.0', '1.1.0', 'no')).toBe(
      '1.1.0 does not run again after the way back to 1.0.0: no',
    );
    expect(tripSentence('1.0.0', '1.1.0', null)).toBe(
      '1.0.0 runs after 1.1.0 was there, and 1.1.0 after it',
    );
    expect(tripSentence('1.0.0', '1.1.0', 'skipped by jane: known')).toBe(
      'that 1.0.0 runs after 1.1.0 was there is not shown: skipped by jane: known',
    );
  });
});
