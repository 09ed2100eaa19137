import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  failBets,
  failStake,
  logEvidence,
  noBets,
  passBets,
  passStake,
  placeBets,
} from './bets.ts';

const stakes = (rounds: number, stake: (round: number) => number) =>
  Array.from({ length: rounds }, (_, index) => stake(index + 1));
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

describe('domain/analysis/sequential/bets', () => {
  it('bets on both sides of the boundary as documented', () => {
    expect(failBets).toEqual([1.5, 2, 3, 6, 20, 200]);
    expect(passBets).toEqual([0.85, 0.7, 0.55, 0.4, 0.2, 0.05]);
  });

  it.each([
    [1, [1, 0, 0]],
    [2, [0.5, 0.5, 0, 0]],
    [5, [0.5, 0.125, 0.125, 0.125, 0.125, 0]],
  ])('FAIL stakes half at once and the rest over %d intervals', (horizon, expected) => {
    expect(stakes(expected.length, (round) => failStake(round, horizon))).toEqual(expected);
  });

  it('PASS stakes all at once', () => expect(stakes(3, passStake)).toEqual([1, 0, 0]));

  it.each([1, 2, 7, 360])('never stakes more than there is, horizon %d', (horizon) => {
    expect(sum(stakes(1000, (round) => failStake(round, horizon)))).toBeCloseTo(1, 12);
  });

  it('starts with no evidence, and factors of 1 keep it so', () => {
    let bets = noBets();
    expect(logEvidence(bets)).toBe(0);
    for (let round = 1; round <= 20; round += 1) {
      bets = placeBets(bets, failStake(round, 10), [0, 0, 0]);
      expect(logEvidence(bets)).toBeCloseTo(0, 12);
    }
    expect(bets.rounds).toBe(20);
    expect(bets.reserve).toBeCloseTo(0, 12);
  });

  // E_t = 1 − Σπ_s + Σ_j w_j M_j(t), M_j(t) = e^ℓ·(M_j(t−1) + π_t), in plain numbers.
  it('is the mixture of the formula', () => {
    const factor = fc.double({ min: -2, max: 2, noNaN: true });
    const rounds = fc.array(fc.tuple(factor, factor, factor), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(rounds, fc.integer({ min: 1, max: 15 }), (list, horizon) => {
        let bets = noBets();
        let reserve = 1;
        let wealth = [0, 0, 0];
        list.forEach((factors, index) => {
          const stake = failStake(index + 1, horizon);
          reserve -= stake;
          wealth = wealth.map((before, j) => Math.exp(factors[j] ?? 0) * (before + stake));
          bets = placeBets(bets, stake, factors);
        });
        expect(Math.exp(logEvidence(bets))).toBeCloseTo(reserve + sum(wealth) / 3, 9);
      }),
    );
  });

  it('cannot stake what is no longer there', () => {
    let bets = placeBets(noBets(), 0.9, [0]);
    bets = placeBets(bets, 0.9, [0]);
    expect(bets.reserve).toBe(0);
    expect(logEvidence(bets)).toBeCloseTo(0, 12);
  });

  it('capital kept back finds a late regression sooner', () => {
    const after = (stake: (round: number) => number) => {
      let bets = noBets();
      for (let round = 1; round <= 100; round += 1) {
        bets = placeBets(bets, stake(round), [round <= 80 ? -0.5 : 0.5]);
      }
      return logEvidence(bets);
    };
    expect(after((round) => failStake(round, 100))).toBeGreaterThan(4.6);
    expect(after(passStake)).toBeCloseTo(-30, 9);
  });

  it('holds numbers that JSON can carry, however bad the evidence', () => {
    let bets = noBets();
    for (let round = 1; round <= 50; round += 1) {
      bets = placeBets(bets, failStake(round, 10), [-1e5, 1e5]);
      expect(JSON.parse(JSON.stringify(bets))).toEqual(bets);
    }
  });
});
