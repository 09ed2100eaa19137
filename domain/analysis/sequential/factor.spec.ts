import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { failBets, passBets } from './bets.ts';
import { logFactor } from './factor.ts';
import type { Noise } from './factor.ts';
import type { Pair } from './observation.ts';
import type { Boundary } from './settings.ts';

const quiet: Noise = { canary: 0, baseline: 0 };
const failNull: Boundary = { ratio: 1.1, excess: 0.0001 };
const passNull: Boundary = { ratio: 1.5, excess: 0.001 };
const limit: Boundary = { ratio: 0, excess: 0.01 };

const pair = (nc: number, x: number, nb: number, y: number): Pair => ({
  canary: { requests: nc, events: x },
  baseline: { requests: nb, events: y },
});

const count = fc.integer({ min: 1, max: 5000 });
const events = fc.nat(40);
const bet = fc.constantFrom(...failBets, ...passBets);

describe('domain/analysis/sequential/factor', () => {
  // A transcription of b1 and b3 in Python, written apart from this code.
  it.each<[string, Pair, Boundary, number, Noise, number, number]>([
    ['fail', pair(50, 2, 950, 5), failNull, 2, quiet, 0, 1.0088436627538622],
    ['pass', pair(50, 0, 950, 5), passNull, 0.4, quiet, 0, 0.25355823219251594],
    ['most of the traffic', pair(500, 500, 20, 1), failNull, 200, quiet, 0, 12.503550625947554],
    ['limit', pair(40, 3, 0, 0), limit, 3, quiet, 0, 2.4958368660043293],
    [
      'noisy fail',
      pair(50, 2, 950, 5),
      failNull,
      2,
      { canary: 0.4, baseline: 0.1 },
      0.008,
      0.8453745358811166,
    ],
    [
      'noisy pass',
      pair(500, 1, 9500, 60),
      passNull,
      0.4,
      { canary: 0.09, baseline: 0.09 },
      0.006,
      1.4495241612086849,
    ],
    [
      'very noisy',
      pair(50, 4, 950, 9),
      failNull,
      20,
      { canary: 2, baseline: 1.5 },
      0.01,
      -0.6870033677228311,
    ],
    [
      'noisy before the first baseline event',
      pair(50, 2, 950, 0),
      failNull,
      6,
      { canary: 0.3, baseline: 0.2 },
      0,
      3.0708100060447507,
    ],
    [
      'noisy, with a bound that knew of no baseline event',
      pair(100, 7, 1900, 5),
      { ratio: 1.1, excess: 0.001 },
      2,
      { canary: 0.4, baseline: 0.15 },
      0,
      3.9121419755847784,
    ],
    [
      'noisy limit',
      pair(50, 2, 0, 0),
      limit,
      3,
      { canary: 0.5, baseline: 0.5 },
      0.01,
      0.8513356308513677,
    ],
  ])('%s', (_, seen, boundary, bet, noise, rateBound, expected) => {
    expect(logFactor(seen, boundary, bet, noise, rateBound)).toBeCloseTo(expected, 11);
  });

  it('without excess it is the conditional binomial likelihood ratio', () => {
    const ratio = fc.double({ min: 0.5, max: 3, noNaN: true });
    fc.assert(
      fc.property(count, events, count, events, ratio, bet, (nc, x, nb, y, rho, g) => {
        const p0 = (nc * rho) / (nc * rho + nb);
        const p1 = (nc * rho * g) / (nc * rho * g + nb);
        const expected = x * Math.log(p1 / p0) + y * Math.log((1 - p1) / (1 - p0));
        const boundary = { ratio: rho, excess: 0 };
        expect(logFactor(pair(nc, x, nb, y), boundary, g, quiet, 0)).toBeCloseTo(expected, 8);
      }),
    );
  });

  it('noise that vanishes leaves the factor without noise', () => {
    const tiny = [
      { canary: 1e-9, baseline: 2e-9 },
      { canary: 1e-9, baseline: 0 },
      { canary: 0, baseline: 1e-9 },
    ];
    fc.assert(
      fc.property(count, events, count, events, bet, (nc, x, nb, y, g) => {
        const seen = pair(nc, x, nb, y);
        for (const boundary of [failNull, passNull, limit]) {
          const without = logFactor(seen, boundary, g, quiet, 0);
          for (const noise of tiny) {
            const difference = logFactor(seen, boundary, g, noise, 0.01) - without;
            expect(Math.abs(difference)).toBeLessThan(1e-4 * (1 + Math.abs(without)));
          }
        }
      }),
    );
  });

  it('strata with the same share add up to the whole', () => {
    fc.assert(
      fc.property(
        count,
        events,
        events,
        count,
        events,
        events,
        fc.integer({ min: 2, max: 9 }),
        bet,
        (nc, x1, x2, nb, y1, y2, times, g) => {
          const one = logFactor(pair(nc, x1, nb, y1), failNull, g, quiet, 0);
          const other = logFactor(pair(nc * times, x2, nb * times, y2), failNull, g, quiet, 0);
          const whole = pair(nc * (1 + times), x1 + x2, nb * (1 + times), y1 + y2);
          const expected = logFactor(whole, failNull, g, quiet, 0);
          expect(Math.abs(one + other - expected)).toBeLessThan(1e-9 * (1 + Math.abs(expected)));
        },
      ),
    );
  });

  it.each<[string, Pair, Boundary]>([
    ['no canary requests', pair(0, 0, 100, 3), failNull],
    ['no baseline requests', pair(100, 7, 0, 0), failNull],
    ['no canary requests against a limit', pair(0, 0, 0, 0), limit],
  ])('%s is no evidence', (_, seen, boundary) => {
    expect(logFactor(seen, boundary, 3, quiet, 0)).toBe(0);
    expect(logFactor(seen, boundary, 3, { canary: 1, baseline: 1 }, 0.01)).toBe(0);
  });

  it('one request each is evidence already', () => {
    const even = { ratio: 1, excess: 0 };
    // Odds of 1 : 1 against 3 : 1.
    expect(logFactor(pair(1, 1, 1, 0), even, 3, quiet, 0)).toBeCloseTo(Math.log(1.5), 12);
    expect(logFactor(pair(1, 0, 1, 1), even, 3, quiet, 0)).toBeCloseTo(Math.log(0.5), 12);
  });

  it('is a finite number for any counts', () => {
    const noise = fc.constantFrom(0, 1e-12, 0.3, 50);
    const any = fc.nat(1e9);
    fc.assert(
      fc.property(
        any,
        any,
        any,
        any,
        bet,
        noise,
        noise,
        fc.constantFrom(0, 1e-9, 0.01, 1),
        (nc, x, nb, y, g, canary, baseline, rateBound) => {
          for (const boundary of [failNull, passNull, limit, { ratio: 1, excess: 0 }]) {
            const factor = logFactor(
              pair(nc, x, nb, y),
              boundary,
              g,
              { canary, baseline },
              rateBound,
            );
            expect(Number.isFinite(factor)).toBe(true);
          }
        },
      ),
    );
  });
});

/** What makes E_t a supermartingale: one interval multiplies it by at most 1 on average. */
describe('domain/analysis/sequential/factor under the null, by exact enumeration', () => {
  const bets = [...failBets.map((g) => [g, 1] as const), ...passBets.map((g) => [g, -1] as const)];

  it.each(bets)('binomial requests, bet %d', (g, side) => {
    for (const boundary of [failNull, passNull, { ratio: 1, excess: 0 }, limit]) {
      for (const rate of [0, 0.01, 0.1, 0.5]) {
        for (const [nc, nb] of [
          [1, 1],
          [4, 9],
          [12, 3],
        ] as const) {
          // On the boundary, and one step into the null.
          for (const step of [0, 0.05]) {
            const rateC = boundary.ratio * rate + boundary.excess - side * step;
            if (rateC < 0 || rateC > 1) continue;
            const mean = expectation(binomial(nc, rateC), binomial(nb, rate), (x, y) =>
              logFactor(pair(nc, x, nb, y), boundary, g, quiet, 0),
            );
            expect(mean).toBeLessThanOrEqual(1 + 1e-12);
          }
        }
      }
    }
  });

  it.each(bets)('requests of different kinds, whose mean is what counts, bet %d', (g) => {
    const canary = mix([0.02, 0.02, 0.4, 0.0]);
    const baseline = mix([0.3, 0.05, 0.05]);
    const boundary = { ratio: 0.11 / (0.4 / 3), excess: 0 };
    const mean = expectation(canary, baseline, (x, y) =>
      logFactor(pair(4, x, 3, y), boundary, g, quiet, 0),
    );
    expect(mean).toBeLessThanOrEqual(1 + 1e-12);
  });

  it.each(bets)('counts with Gamma rates: exactly 1 at the bound of the rate, bet %d', (g) => {
    const noise = { canary: 0.4, baseline: 0.15 };
    const rate = 0.01;
    const [nc, nb] = [60, 300];
    for (const boundary of [failNull, passNull]) {
      const rateC = boundary.ratio * rate + boundary.excess;
      const mean = expectation(
        negativeBinomial(nc * rateC, noise.canary, 300),
        negativeBinomial(nb * rate, noise.baseline, 200),
        (x, y) => logFactor(pair(nc, x, nb, y), boundary, g, noise, rate),
      );
      expect(mean).toBeCloseTo(1, 9);
    }
  });

  it.each(bets)('counts with Gamma rates: at most 1 below the bound of the rate, bet %d', (g) => {
    const noise = { canary: 0.4, baseline: 0.15 };
    for (const rate of [0, 0.001, 0.004, 0.009]) {
      for (const boundary of [failNull, passNull]) {
        const rateC = boundary.ratio * rate + boundary.excess;
        const mean = expectation(
          negativeBinomial(60 * rateC, noise.canary, 300),
          negativeBinomial(300 * rate, noise.baseline, 200),
          (x, y) => logFactor(pair(60, x, 300, y), boundary, g, noise, 0.01),
        );
        expect(mean).toBeLessThanOrEqual(1 + 1e-9);
      }
    }
  });
});

function expectation(
  canary: readonly number[],
  baseline: readonly number[],
  logFactorOf: (x: number, y: number) => number,
): number {
  let mean = 0;
  canary.forEach((chanceX, x) => {
    baseline.forEach((chanceY, y) => {
      if (chanceX * chanceY > 0) mean += chanceX * chanceY * Math.exp(logFactorOf(x, y));
    });
  });
  return mean;
}

function binomial(trials: number, chance: number): number[] {
  return mix(Array.from({ length: trials }, () => chance));
}

/** Distribution of the number of events among requests with these probabilities. */
function mix(chances: readonly number[]): number[] {
  let distribution = [1];
  for (const chance of chances) {
    const next = [...distribution, 0].map((mass) => mass * (1 - chance));
    distribution.forEach(
      (mass, events) => (next[events + 1] = (next[events + 1] ?? 0) + mass * chance),
    );
    distribution = next;
  }
  return distribution;
}

/** Poisson counts whose mean is Gamma distributed with squared coefficient of variation τ². */
function negativeBinomial(mean: number, tau: number, most: number): number[] {
  const shape = 1 / tau;
  const chance = mean / (mean + shape);
  const distribution = [(1 - chance) ** shape];
  for (let k = 1; k <= most; k += 1) {
    distribution.push((distribution[k - 1] ?? 0) * chance * ((shape + k - 1) / k));
  }
  return distribution;
}
