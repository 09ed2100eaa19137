import { describe, expect, it } from 'vitest';
import { isLiveRound, liveNoise, noLiveNoise, observeLive } from './live-noise.ts';
import type { Pair } from './observation.ts';

type Row = [a: number, x: number, b: number, y: number];
const pair = ([a, x, b, y]: Row): Pair => ({
  canary: { requests: a, events: x },
  baseline: { requests: b, events: y },
});
const after = (rows: Row[]) => rows.map(pair).reduce(observeLive, noLiveNoise());

const wavy = Array.from({ length: 90 }, (_, i): Row => {
  return [50 + (i % 7), Math.floor(i / 3) % 2 === 1 ? 6 : 1, 900 + 13 * (i % 5), 30 + (i % 4)];
});
const quiet = Array.from({ length: 60 }, (_, i): Row => [50, 3 + (i % 2), 900, 50 + (i % 4)]);

describe('domain/analysis/sequential/live-noise', () => {
  // A transcription of b3 in Python that keeps all intervals.
  it.each<[string, Row[], number]>([
    ['nothing', [], 0],
    ['too early to tell', wavy.slice(0, 12), 0],
    ['waves of the canary', wavy.slice(0, 36), 0.697905406412995],
    ['more of them', wavy, 0.6905670473703508],
    ['counting noise alone', quiet, 0],
    ['too few events', wavy.map(([a, x, b, y]): Row => [a, x === 6 ? 0.2 : 0, b, y]), 0],
    ['no baseline events', wavy.map(([a, x, b]): Row => [a, x, b, 0]), 0],
  ])('%s', (_, rows, expected) => expect(liveNoise(after(rows))).toBeCloseTo(expected, 10));

  it('leaves intervals out in which an arm had no requests', () => {
    const idle: Row[] = wavy.flatMap((row): Row[] => [row, [0, 0, 900, 9], [50, 9, 0, 0]]);
    expect(after(idle)).toEqual(after(wavy));
  });

  it('looks every 6th interval from the 13th on', () => {
    const rounds = Array.from({ length: 40 }, (_, index) => index + 1).filter(isLiveRound);
    expect(rounds).toEqual([13, 19, 25, 31, 37]);
  });

  it('does not grow with the run', () => {
    const size = (rows: Row[]) => JSON.stringify(after(rows)).length;
    const long = Array.from({ length: 20 }, () => wavy).flat();
    expect(size(long)).toBeLessThan(2 * size(wavy));
  });
});
