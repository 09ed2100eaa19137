import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../test/support/random.ts';
import { gaugeEvidence, gaugeInterval, observeGauge, shiftOf, startGauge } from './gauge.ts';

const tolerance = { relative: 0.1, absolute: 0 };
const margin = { relative: 0.5, absolute: 0 };
const never = Number.NEGATIVE_INFINITY;

const waves = Array.from({ length: 24 }, (_, i): [number, number] => [
  1.25 + 0.05 * Math.sin(i * 1.7) + 0.02 * ((i * 7) % 5),
  1 + 0.04 * Math.cos(i * 2.3) + 0.01 * ((i * 3) % 4),
]);
const correlated: [number, number][] = [[Math.exp(0.3), 1]];
for (let i = 1, last = 0.3; i < 30; i += 1) {
  last = 0.7 * last + 0.1 * Math.sin(i * i);
  correlated.push([Math.exp(last), 1]);
}

const after = (values: [canary: number, baseline: number][]) =>
  values.reduce((state, [canary, baseline]) => observeGauge(state, canary, baseline), startGauge());

describe('domain/analysis/sequential/gauge', () => {
  // A transcription of b5 in Python that keeps all points.
  it('logarithms of positive values', () => {
    const shift = shiftOf(after(waves), 1);
    expect(shift?.mean).toBeCloseTo(0.24010023030031066, 12);
    expect(shift?.effective).toBeCloseTo(24, 12);
    expect(gaugeEvidence(shift, tolerance, 'fail')).toBeCloseTo(11.474410248616419, 9);
    expect(gaugeEvidence(shift, margin, 'pass')).toBeCloseTo(11.987404414785814, 9);
    expect(gaugeInterval(shift, 0.01)?.[0]).toBeCloseTo(0.24010023 - 0.04841720468, 8);
    expect(gaugeInterval(shift, 0.01)?.[1]).toBeCloseTo(0.24010023 + 0.04841720468, 8);
  });

  it('neighbours that resemble each other count for less', () => {
    const shift = shiftOf(after(correlated), 1);
    expect(shift?.effective).toBeCloseTo(5.454255204761043, 9);
    expect(gaugeEvidence(shift, tolerance, 'pass')).toBeCloseTo(0.31674919846054805, 9);
    expect(gaugeInterval(shift, 0.01)).toBeNull();
  });

  it('differences relative to the baseline once a value is not positive', () => {
    // Shifted so that one baseline value is 0: only differences and the mean of the baseline matter.
    const [, ...rest] = waves;
    const zero: [number, number] = [0.21, 0];
    const shift = shiftOf(after([zero, ...rest]), 1);
    const base = rest.reduce((sum, [, baseline]) => sum + baseline, 0) / 24;
    const mean = (0.21 + rest.reduce((sum, [c, b]) => sum + c - b, 0)) / 24 / base;
    expect(shift).toMatchObject({ logarithmic: false, points: 24 });
    expect(shift?.mean).toBeCloseTo(mean, 12);
    expect(gaugeEvidence(shift, tolerance, 'fail')).toBeGreaterThan(5);
  });

  it('smaller may be worse', () => {
    const mirrored = waves.map(([canary, baseline]): [number, number] => [baseline, canary]);
    expect(shiftOf(after(mirrored), -1)?.mean).toBeCloseTo(0.24010023030031066, 12);
  });

  it.each<[string, [number, number][]]>([
    ['nothing', []],
    ['one point', waves.slice(0, 1)],
    ['too few points', waves.slice(0, 17)],
    ['a baseline of nothing', waves.map(() => [1, 0])],
    ['one point in effect', Array.from({ length: 24 }, (_, i) => [1 + i, 1])],
  ])('no evidence: %s', (_, values) => {
    const shift = shiftOf(after(values), 1);
    expect(gaugeEvidence(shift, tolerance, 'fail')).toBe(0);
    expect(gaugeEvidence(shift, margin, 'pass')).toBe(0);
    expect(gaugeInterval(shift, 0.01)).toBeNull();
  });

  it('is evidence against FAIL below the tolerance, and against PASS above the margin', () => {
    expect(gaugeEvidence(shiftOf(after(waves), 1), margin, 'fail')).toBe(never);
    expect(gaugeEvidence(shiftOf(after(waves), 1), tolerance, 'pass')).toBe(never);
  });

  it('differences without any spread have a limit, which grows with the points', () => {
    const constant = (points: number) => after(Array.from({ length: points }, () => [2, 1]));
    const at = (points: number) => gaugeEvidence(shiftOf(constant(points), 1), tolerance, 'fail');
    // r = 1/n, so n_e = n(n−1)/(n+1) and ln E = ν/2·ln(1 + n_e/10).
    const effective = (18 * 17) / 19;
    expect(at(18)).toBeCloseTo(((effective - 1) / 2) * Math.log1p(effective / 10), 9);
    expect(at(40)).toBeGreaterThan(at(18));
    expect(gaugeEvidence(shiftOf(constant(40), 1), { relative: 1, absolute: 0 }, 'fail')).toBe(
      never,
    );
  });

  it('loses no digits far from zero', () => {
    const far = Array.from({ length: 30 }, (_, i): [number, number] => {
      return [1e9 + (i % 5), 1e9 - 1 + ((i * 3) % 7)];
    });
    const shift = shiftOf(after(far), 1);
    const plain = far.map(([c, b]) => Math.log(c) - Math.log(b));
    expect(shift?.mean).toBeCloseTo(plain.reduce((a, b) => a + b, 0) / 30, 15);
    expect(shift?.error).toBeGreaterThan(0);
  });

  it('keeps its promise exactly at the tolerance, over 100 looks', () => {
    const random = createRandom(11);
    let alarms = 0;
    for (let run = 0; run < 300; run += 1) {
      let state = startGauge();
      let failed = false;
      for (let look = 0; look < 100; look += 1) {
        state = observeGauge(
          state,
          1.1 * Math.exp(0.05 * random.normal()),
          Math.exp(0.05 * random.normal()),
        );
        failed ||= gaugeEvidence(shiftOf(state, 1), tolerance, 'fail') >= Math.log(10);
      }
      if (failed) alarms += 1;
    }
    // 10 % promised: 30 of 300 plus three standard deviations.
    expect(alarms).toBeLessThanOrEqual(45);
  });
});
