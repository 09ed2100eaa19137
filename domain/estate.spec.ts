import { describe, expect, it } from 'vitest';
import type { HoldRequest } from './calendar/hold.ts';
import {
  decide,
  emptyEstate,
  holdsInForce,
  inForce,
  isHoldOfAll,
  nextHold,
  refuseResume,
  refuseStop,
  stopSentence,
  type Estate,
} from './estate.ts';

const by = { id: 'jane', channel: 'cli' as const };
const at = '2026-01-01T00:00:00.000Z';
const stop = { type: 'estate.stopped', by, reason: 'DNS is down', at } as const;
const resume = { type: 'estate.resumed', by, reason: null, at } as const;

const asked: HoldRequest = {
  kind: 'freeze',
  by,
  reason: 'Black Friday',
  from: '2026-11-27T00:00:00Z',
  to: '2026-11-30T00:00:00Z',
};
const placed = (estate: Estate, request = asked, when = at) =>
  decide(estate, { type: 'hold.placed', hold: nextHold(estate, request, when), at: when });
const idsOf = ({ holds }: Estate) => holds.map(({ id }) => id);

describe('domain/estate', () => {
  it('is stopped and resumed, with a revision for each', () => {
    const stopped = decide(emptyEstate(), stop);
    expect(stopped).toMatchObject({ revision: 1, stop: { by, reason: 'DNS is down', since: at } });
    expect(stopSentence(stopped.stop!)).toBe('all applications are stopped by jane: DNS is down');
    expect(decide(stopped, resume)).toMatchObject({ revision: 2, stop: null, log: [stop, resume] });
  });

  it('refuses what is so already', () => {
    const stopped = decide(emptyEstate(), stop);
    expect(refuseStop(emptyEstate())).toBeNull();
    expect(refuseStop(stopped)).toMatch(/stopped already, by jane since 2026.*DNS is down/);
    expect(refuseResume(stopped)).toBeNull();
    expect(refuseResume(emptyEstate())).toBe('nothing is stopped');
  });

  it('remembers the last hundred decisions', () => {
    let estate = emptyEstate();
    for (let round = 0; round < 80; round += 1) estate = decide(decide(estate, stop), resume);
    expect(estate).toMatchObject({ revision: 160, stop: null });
    expect(estate.log).toHaveLength(100);
  });

  it('keeps what is placed, under an id that is never given twice', () => {
    const one = placed(emptyEstate());
    expect(one.holds).toEqual([{ ...asked, id: 'all-1', everywhere: true }]);
    const [hold] = one.holds;
    const lifted = decide(one, { type: 'hold.lifted', hold: hold!, by, reason: 'over', at });
    expect(lifted).toMatchObject({ revision: 2, holds: [], lastHold: 1 });
    expect(lifted.log).toEqual([
      { type: 'hold.placed', by, reason: 'Black Friday', at, hold: 'all-1' },
      { type: 'hold.lifted', by, reason: 'over', at, hold: 'all-1' },
    ]);
    const again = placed(lifted, { ...asked, from: null });
    expect(again.holds).toMatchObject([{ id: 'all-2', from: at }]);
    expect([isHoldOfAll('all-2'), isHoldOfAll('hold-2'), isHoldOfAll('all-in')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('drops those that are over with the next decision, whatever that is', () => {
    const two = placed(placed(emptyEstate()), { ...asked, to: '2026-12-31T00:00:00Z' });
    expect(idsOf(two)).toEqual(['all-1', 'all-2']);
    expect(idsOf(decide(two, { ...stop, at: '2026-11-30T00:00:00Z' }))).toEqual(['all-2']);
    expect(idsOf(placed(two, asked, '2026-12-01T00:00:00Z'))).toEqual(['all-2', 'all-3']);
  });

  it.each([
    ['before it', '2026-11-26T23:59:59Z', []],
    ['from its first moment', '2026-11-27T00:00:00Z', ['all-1']],
    ['until its last', '2026-11-29T23:59:59Z', ['all-1']],
    ['not at its end', '2026-11-30T00:00:00Z', []],
  ])('a freeze is in force: %s', (_, moment, ids) => {
    const estate = placed(emptyEstate());
    expect(holdsInForce(estate, moment).map(({ id }) => id)).toEqual(ids);
  });

  it('says what is in force without naming anybody', () => {
    const scoped = { ...asked, labels: { tier: '1' } };
    const estate = decide(placed(placed(emptyEstate()), scoped), stop);
    expect(inForce(estate, asked.from!)).toEqual([
      `all applications are stopped since ${at}`,
      'all-1, a freeze on all applications, until 2026-11-30T00:00:00Z',
      'all-2, a freeze on label tier=1 of all applications, until 2026-11-30T00:00:00Z',
    ]);
    expect(inForce(emptyEstate(), at)).toEqual([]);
  });
});
