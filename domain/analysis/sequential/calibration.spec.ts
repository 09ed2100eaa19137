import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../test/support/random.ts';
import { calibrate, podNoise, timeNoise } from './calibration.ts';
import type { PodCounts } from './calibration.ts';

const history = (
  intervals: number,
  pods: number,
  counts: (interval: number, pod: number) => [requests: number, events: number],
): PodCounts[] =>
  Array.from({ length: intervals }, (_, interval) => {
    const entries = Array.from({ length: pods }, (_, pod) => {
      const [requests, events] = counts(interval, pod);
      return [`pod-${pod}`, { requests, events }];
    });
    return Object.fromEntries(entries);
  });

const uneven = history(60, 4, (i, p) => [
  100 + 10 * p,
  (i + p) % 3 === 0 ? 8 : (i * 7 + p * p * 3) % 5,
]);
const stormy = history(60, 3, (i) => [200, Math.floor(i / 4) % 2 === 1 ? 12 : 2]);
const steady = history(60, 5, (i, p) => [100 + i, 2 + ((i * p) % 3)]);

describe('domain/analysis/sequential/calibration', () => {
  // A transcription of b3 in Python, written apart from this code.
  it.each([
    ['pods differ', uneven, 0.4847043293111892, 0],
    ['all pods wobble together', stormy, 0, 4.449999999999998],
    ['steady', steady, 0, 0],
    ['no history', [], 0, 0],
  ])('%s', (_, seen, pod, time) => {
    expect(podNoise(seen)).toBeCloseTo(pod, 10);
    expect(timeNoise(seen)).toBeCloseTo(time, 10);
  });

  it.each([
    ['strict', 2, { canary: 4.45, baseline: 4.45, calibrated: true }],
    ['cancel', 2, { canary: 0, baseline: 0, calibrated: true }],
    ['none', 2, { canary: 0, baseline: 0, calibrated: false }],
  ] as const)('%s counts time against both arms or not', (mode, pods, expected) => {
    const noise = calibrate(stormy, mode, pods);
    expect(noise.canary).toBeCloseTo(expected.canary, 10);
    expect(noise.baseline).toBeCloseTo(expected.baseline, 10);
    expect(noise.calibrated).toBe(expected.calibrated);
  });

  it.each([
    ['strict', 2, 0.4847043293111892 / 2, 0],
    ['strict', 4, 0.4847043293111892 / 4, 0],
    ['cancel', 1, 0.4847043293111892, 0.4847043293111892 / 4],
  ] as const)('%s shares the luck of pods among %d canary pods', (mode, pods, canary, baseline) => {
    const noise = calibrate(uneven, mode, pods);
    expect(noise.canary).toBeCloseTo(canary, 10);
    expect(noise.baseline).toBeCloseTo(baseline, 10);
  });

  it.each([
    ['nothing', [], false],
    ['one pod tells nothing about pods', history(100, 1, () => [100, 1]), false],
    ['too few intervals', history(9, 19, () => [100, 1]), false],
    ['too few events', history(100, 3, (i) => [100, i < 6 ? 1 : 0]), false],
    ['enough', history(20, 3, () => [100, 1]), true],
  ])('calibrated: %s', (_, seen, expected) => {
    expect(calibrate(seen, 'strict', 1).calibrated).toBe(expected);
  });

  it('pods may come, go and stand idle', () => {
    const changing = steady.map((interval, i): PodCounts => {
      const idle = { requests: 0, events: 0 };
      return i % 2 === 0 ? { ...interval, late: idle } : { ...interval, 'pod-0': idle };
    });
    expect(podNoise(changing)).toBe(0);
    expect(timeNoise(changing)).toBe(0);
  });

  it('an interval without any requests says nothing', () => {
    const idle = { 'pod-0': { requests: 0, events: 0 } };
    expect(timeNoise(stormy.slice(0, 40).flatMap((interval) => [interval, idle]))).toBeGreaterThan(
      2,
    );
  });

  it('finds the noise that was put in, and seldom any where there is none', () => {
    const random = createRandom(3);
    const gamma = (cv: number) => {
      // Sum of exponentials: Gamma with squared coefficient of variation 1/n.
      const n = Math.round(1 / (cv * cv));
      let sum = 0;
      for (let k = 0; k < n; k += 1) sum -= Math.log(1 - random.uniform());
      return sum / n;
    };
    const drawn = (factor: () => number) =>
      history(180, 10, () => [1000, random.poisson(20 * factor())]);
    expect(podNoise(drawn(() => gamma(0.5)))).toBeCloseTo(0.25, 1);
    let together = 1;
    const common = history(180, 10, (_, pod) => {
      if (pod === 0) together = gamma(0.5);
      return [1000, random.poisson(20 * together)];
    });
    expect(timeNoise(common)).toBeGreaterThan(0.15);
    expect(timeNoise(common)).toBeLessThan(0.6);
    const alarms = Array.from({ length: 20 }, () => podNoise(drawn(() => 1))).filter((t) => t > 0);
    expect(alarms.length).toBeLessThanOrEqual(2);
  });
});
