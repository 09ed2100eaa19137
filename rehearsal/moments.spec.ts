import { describe, expect, it } from 'vitest';
import type { CrescendoEvent } from '../domain/events.ts';
import { aWait } from '../test/support/situations.ts';
import { isMoment } from './moments.ts';

const at = '2026-01-01T00:00:00.000Z';
const inEu = { at, environment: 'eu' } as const;
const shifted = (step: number | null, weight: number): CrescendoEvent => ({
  ...inEu,
  type: 'traffic.shifted',
  shares: [],
  step,
  weight,
});
const holding = (key: string): CrescendoEvent => ({
  ...inEu,
  type: 'rollout.holding',
  wait: aWait(key),
});
const gate: CrescendoEvent = {
  ...inEu,
  type: 'gate.opened',
  gate: '25%',
  needs: 1,
  exclude: [],
  wait: aWait('gate'),
};

describe('rehearsal/moments', () => {
  it.each<[string, CrescendoEvent, boolean]>([
    ['gate', gate, true],
    ['gate 25%', gate, true],
    ['gate wave 2', gate, false],
    ['hold', holding('verdict'), true],
    ['hold', holding('window'), false],
    ['window', holding('freeze'), true],
    ['window', holding('pause'), false],
    ['step 2', shifted(2, 25), true],
    ['step 2', shifted(1, 5), false],
    ['20%', shifted(2, 25), true],
    ['30%', shifted(2, 25), false],
    ['5%', shifted(null, 25), false],
    ['rollback', shifted(null, 0), false],
  ])('%s at %j: %s', (when, event, expected) => {
    expect(isMoment({ when }, event)).toBe(expected);
  });

  it('happens only in the environment that is named', () => {
    expect(isMoment({ when: 'gate', environment: 'eu' }, gate)).toBe(true);
    expect(isMoment({ when: 'gate', environment: 'us' }, gate)).toBe(false);
  });
});
