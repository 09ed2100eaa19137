import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../test/support/random.ts';
import { logBeta } from '../numbers/gamma.ts';
import { overflowBound } from '../samples.ts';
import { quantileInterval, ratioInterval, shareInterval } from './intervals.ts';
import { addShare } from './share-groups.ts';

const groupsOf = (...rows: [nc: number, x: number, nb: number, y: number][]) =>
  rows.reduce((groups, [nc, x, nb, y]) => {
    const canary = { requests: nc, events: x };
    return addShare(groups, { canary, baseline: { requests: nb, events: y } });
  }, {});

describe('domain/analysis/sequential/intervals', () => {
  it('the ends of a share are where the mixture is 1/α times as likely', () => {
    const [low, high] = shareInterval({ requests: 400, events: 12 }, 0.01);
    for (const p of [low, high]) {
      const log =
        logBeta(12.5, 388.5) - logBeta(0.5, 0.5) - 12 * Math.log(p) - 388 * Math.log1p(-p);
      expect(log).toBeCloseTo(Math.log(100), 6);
    }
    expect(low).toBeLessThan(0.03);
    expect(high).toBeGreaterThan(0.03);
  });

  it.each<[string, number, number, (interval: [number, number]) => void]>([
    ['nothing', 0, 0, (interval) => expect(interval).toEqual([0, 1])],
    ['one request', 1, 0, ([low, high]) => expect([low, high < 1]).toEqual([0, true])],
    ['no events', 100, 0, ([low, high]) => expect([low, high < 0.12]).toEqual([0, true])],
    ['only events', 100, 100, ([low, high]) => expect([low > 0.88, high]).toEqual([true, 1])],
    ['more events than requests', 100, 120, ([, high]) => expect(high).toBe(1)],
  ])('share: %s', (_, requests, events, check) => check(shareInterval({ requests, events }, 0.01)));

  it('a share stays inside over 300 looks as often as promised', () => {
    const random = createRandom(5);
    let missed = 0;
    for (let run = 0; run < 200; run += 1) {
      const seen = { requests: 0, events: 0 };
      let outside = false;
      for (let look = 0; look < 300; look += 1) {
        seen.requests += 10;
        for (let n = 0; n < 10; n += 1) if (random.uniform() < 0.05) seen.events += 1;
        const [low, high] = shareInterval(seen, 0.1);
        outside ||= low > 0.05 || high < 0.05;
      }
      if (outside) missed += 1;
    }
    // 10 % promised: 20 of 200 plus three standard deviations.
    expect(missed).toBeLessThanOrEqual(33);
    expect(missed).toBeGreaterThan(0);
  });

  it('a ratio lies around its estimate, and narrows with data', () => {
    const some = ratioInterval(groupsOf([500, 10, 9500, 95]), 0.01);
    const more = ratioInterval(groupsOf([5000, 100, 95_000, 950]), 0.01);
    const [low, high] = more;
    expect([low !== null && low > 1, high !== null && high < 4]).toEqual([true, true]);
    expect(low).toBeGreaterThan(some[0] ?? Infinity);
    expect(high).toBeLessThan(some[1] ?? 0);
  });

  it('noise widens it', () => {
    const groups = groupsOf([5000, 100, 95_000, 950]);
    const [low, high] = ratioInterval(groups, 0.01, 4);
    expect(low).toBeLessThan(ratioInterval(groups, 0.01)[0] ?? 0);
    expect(high).toBeGreaterThan(ratioInterval(groups, 0.01)[1] ?? Infinity);
  });

  it.each<[string, [number, number, number, number][], boolean, boolean]>([
    ['nothing', [], true, true],
    ['no canary events', [[500, 0, 9500, 95]], true, false],
    ['no baseline events', [[500, 10, 9500, 0]], false, true],
    ['no requests of the canary', [[0, 0, 9500, 95]], true, true],
  ])('ratio: %s', (_, rows, zero, endless) => {
    const [low, high] = ratioInterval(groupsOf(...rows), 0.01);
    expect([low === 0, high === null]).toEqual([zero, endless]);
  });

  it('shares may change on the way', () => {
    const steps = groupsOf([500, 10, 9500, 95], [2500, 50, 7500, 75], [5000, 100, 5000, 50]);
    expect(Object.keys(steps)).toHaveLength(3);
    const [low, high] = ratioInterval(steps, 0.01);
    expect([low !== null && low > 1, high !== null && high > 2 && high < 4]).toEqual([true, true]);
  });

  it('equal shares share a group', () => {
    const groups = groupsOf([500, 1, 9500, 9], [50, 2, 950, 8]);
    expect(Object.values(groups)).toEqual([
      { canary: { requests: 550, events: 3 }, baseline: { requests: 10_450, events: 17 } },
    ]);
  });

  const histogram = (total: number): [number, number][] => [
    [100, total * 0.5],
    [200, total * 0.9],
    [400, total * 0.999],
    [overflowBound, total],
  ];
  it.each<[string, [number, number][], number, [number | null, number | null]]>([
    ['enough requests', histogram(100_000), 0.95, [200, 400]],
    ['few requests', histogram(100), 0.95, [100, null]],
    ['nothing', [], 0.95, [null, null]],
    ['below the first bound', histogram(100_000), 0.2, [null, 100]],
    ['above the last bound', histogram(1e6), 0.9999, [400, null]],
  ])('quantile: %s', (_, buckets, quantile, expected) => {
    expect(quantileInterval(buckets, quantile, 0.01)).toEqual(expected);
  });

  it('a quantile pays for every bound: α/K each', () => {
    const random = createRandom(3);
    for (let run = 0; run < 200; run += 1) {
      const requests = 20 + Math.floor(random.uniform() * 2000);
      const counts = Array.from({ length: 5 }, () => Math.floor(random.uniform() * requests));
      const rising = counts.toSorted((a, b) => a - b);
      const buckets = rising.map((count, index): [number, number] => [100 * (index + 1), count]);
      const [low, high] = quantileInterval([...buckets, [overflowBound, requests]], 0.9, 0.05);
      const intervals = buckets.map(([bound, events]) => {
        return { bound, share: shareInterval({ requests, events }, 0.01) };
      });
      const below = intervals.findLast(({ share }) => share[1] < 0.9);
      const above = intervals.find(({ share }) => share[0] >= 0.9);
      expect([low, high]).toEqual([below?.bound ?? null, above?.bound ?? null]);
    }
  });
});
