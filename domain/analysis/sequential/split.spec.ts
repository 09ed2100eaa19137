import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../test/support/random.ts';
import { observeSplit, splitEvidence, startSplit } from './split.ts';

const settings = { tolerance: 0.1, falseAlarm: 0.0001 };
const after = (...steps: [share: number | null, canary: number, baseline: number][]) =>
  steps.reduce((state, [share, canary, baseline]) => {
    return observeSplit(state, share, { canary, baseline }, settings);
  }, startSplit());

describe('domain/analysis/sequential/split', () => {
  // A transcription of b8 in Python.
  it.each([
    [50, 1000, 0.05, -4.057780360178079],
    [100, 1000, 0.05, 12.133483501940994],
    [0, 100, 0.05, -0.010726666700588083],
    [520, 10_000, 0.05, -5.191127102848043],
    // A share of 95 % and its tolerance reach 100 %: ln B(1 + 100, 1) = −ln 101.
    [100, 100, 0.95, -4.61512051684126],
    [0, 0, 0.05, 0],
  ])('ln E of %d of %d for %d', (canary, total, share, expected) => {
    expect(splitEvidence(canary, total, share, 0.1)).toBeCloseTo(expected, 8);
  });

  it.each<[string, [number | null, number, number][], boolean]>([
    ['nothing', [], false],
    ['the right share', [[0.05, 5000, 95_000]], false],
    ['within the tolerance', [[0.05, 5400, 94_600]], false],
    ['too many', [[0.05, 10_000, 90_000]], true],
    ['too few: the canary does not serve', [[0.05, 0, 3000]], true],
    ['adds up over intervals', Array.from({ length: 30 }, () => [0.05, 10, 90]), true],
    [
      'latched',
      [
        [0.05, 10_000, 90_000],
        [0.05, 0, 110_000],
      ],
      true,
    ],
    [
      'begins anew with a new share',
      [
        [0.05, 10_000, 90_000],
        [0.1, 100, 900],
      ],
      false,
    ],
    ['a share that is not known is not checked', [[null, 10_000, 90_000]], false],
    ['all the traffic', [[1, 100, 0]], false],
  ])('%s', (_, steps, alarm) => expect(after(...steps).alarm).toBe(alarm));

  it('counts since the share was set', () => {
    const state = after([0.05, 5, 95], [0.25, 20, 60], [0.25, 5, 15]);
    expect(state).toEqual({ share: 0.25, canary: 25, total: 100, alarm: false });
  });

  it('rarely alarms at the edge of the tolerance, over many looks', () => {
    const random = createRandom(8);
    let alarms = 0;
    for (let run = 0; run < 200; run += 1) {
      let state = startSplit();
      for (let look = 0; look < 100; look += 1) {
        const requests = { canary: random.poisson(55), baseline: random.poisson(945) };
        state = observeSplit(state, 0.05, requests, { tolerance: 0.1, falseAlarm: 0.05 });
      }
      if (state.alarm) alarms += 1;
    }
    expect(alarms).toBeLessThanOrEqual(10);
  });
});
