import { describe, expect, it } from 'vitest';
import { aProduction, aSpec, aVersion } from '../test/support/builders.ts';
import type { EnvironmentCalendar } from './calendar/clearance.ts';
import type { Closing } from './calendar/window.ts';
import { estimate } from './estimate.ts';
import { emptyLedger } from './ledger.ts';
import { planRelease } from './plan.ts';
import type { SpecInput } from './spec.ts';

const minute = 60_000;
const hour = 60 * minute;
const start = Date.UTC(2026, 0, 5);

/** Three steps of 10 to 50 minutes; `first`: nothing is live, so one step. */
function planOf(
  production: Partial<SpecInput['production']> = {},
  change: Partial<SpecInput> = {},
) {
  const strategy = { canary: { steps: [5, 25, 100], bake: { min: '10m', max: '50m' } } };
  const spec = aSpec({ production: aProduction({ strategy, ...production }), ...change });
  const history = [{ version: '0.9.0', release: 1, outcome: 'finished' as const, at: 'x' }];
  const live = { live: '0.9.0', history };
  const ledger = {
    ...emptyLedger(),
    versions: { '0.9.0': aVersion('0.9.0') },
    environments: { eu: live, us: live },
  };
  const result = planRelease(spec, aVersion('1.0.0'), { ledger, powers: {} });
  if ('refusals' in result) throw new Error(result.refusals.join());
  return { plan: result.plan, verifyTimeout: spec.verifyTimeout };
}

/** Open every day from 9 for so many hours. */
function daily(hours: number, onClose: Closing = 'hold'): EnvironmentCalendar {
  const day = 24 * hour;
  return {
    stops: [],
    openingAfter: (at) => {
      const from = Math.floor(at / day) * day + 9 * hour;
      const next = at < from + hours * hour ? from : from + day;
      return { from: next, to: next + hours * hour, onClose };
    },
  };
}

function shown(made: ReturnType<typeof planOf>, calendars: Record<string, EnvironmentCalendar>) {
  const { plan, verifyTimeout } = made;
  const result = estimate(plan, { at: start, calendars, verifyTimeout });
  return Object.values(result).map((iso) => iso?.slice(5, 16).replace('T', ' ') ?? null);
}

const two = [{ environments: ['eu', 'us'] }];

describe('domain/estimate.ts', () => {
  it.each([
    ['bakes alone', planOf(), {}, ['01-05 00:30', '01-05 01:00', '01-05 02:30']],
    [
      'a window that is wide enough',
      planOf(),
      { eu: daily(7) },
      ['01-05 09:30', '01-05 10:00', '01-05 11:30'],
    ],
    [
      'a narrow window: the steps that do not fit wait for the next day',
      planOf(),
      { eu: daily(0.5) },
      ['01-05 09:30', '01-06 09:20', '01-07 09:50'],
    ],
    [
      'a narrow window that lets go on what has begun',
      planOf(),
      { eu: daily(0.5, 'continue') },
      ['01-05 09:30', '01-05 10:00', '01-05 11:30'],
    ],
    [
      'a narrow window that sends back what is not done',
      planOf(),
      { eu: daily(0.75, 'rollback') },
      ['01-05 09:30', null, null],
    ],
    [
      'a freeze over the window',
      planOf(),
      {
        eu: {
          ...daily(7),
          stops: [{ kind: 'freeze' as const, from: start, to: start + 33.5 * hour, sentence: 'x' }],
        },
      },
      ['01-06 10:00', '01-06 10:30', '01-06 12:00'],
    ],
    [
      'gates and CI take their time',
      planOf(
        { gates: [{ before: 'production', expires: '4h' }] },
        { verify: [{ ci: {} }], verifyTimeout: '1h' },
      ),
      {},
      ['01-05 00:30', '01-05 02:15', '01-05 07:30'],
    ],
    [
      'environments side by side',
      planOf({ waves: two }),
      { us: daily(7) },
      ['01-05 09:30', '01-05 10:00', '01-05 11:30'],
    ],
    [
      'one at a time',
      planOf({ waves: [{ environments: ['eu', 'us'], parallel: 1 }] }),
      {},
      ['01-05 01:00', '01-05 02:00', '01-05 05:00'],
    ],
    ['never', planOf(), { eu: { openingAfter: () => null, stops: [] } }, [null, null, null]],
  ])('%s', (_, plan, calendars, expected) => {
    expect(shown(plan, calendars)).toEqual(expected);
  });
});
