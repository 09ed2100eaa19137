/** Mixture of bets with late onset (statistics b2; e-detectors of Shin, Ramdas, Rinaldo, 2203.03532). */

import { logSumExp } from '../numbers/logs.ts';

/** Rates relative to the boundary that FAIL bets on. */
export const failBets = [1.5, 2, 3, 6, 20, 200] as const;
/** Rates relative to the boundary that PASS bets on. */
export const passBets = [0.85, 0.7, 0.55, 0.4, 0.2, 0.05] as const;

/** A running mixture. JSON has no −∞, so the list is empty until the first stake is placed. */
export interface Bets {
  /** Share of the capital not yet staked. */
  reserve: number;
  /** Intervals so far. */
  rounds: number;
  /** ln M_j: what the stakes on bet j have become. */
  logs: number[];
}

export function noBets(): Bets {
  return { reserve: 1, rounds: 0, logs: [] };
}

/** PASS stakes all at once: what is to be shown must hold from the start. */
export function passStake(round: number): number {
  return round === 1 ? 1 : 0;
}

/** FAIL stakes half at once and spreads the rest, so that a late regression finds capital left. */
export function failStake(round: number, horizon: number): number {
  if (horizon <= 1) return passStake(round);
  if (round === 1) return 0.5;
  return round <= horizon ? 0.5 / (horizon - 1) : 0;
}

/** One interval: stakes `stake` of the capital, then multiplies by the factors (logarithms, one per bet). */
export function placeBets(bets: Bets, stake: number, factors: readonly number[]): Bets {
  const placed = Math.min(stake, bets.reserve);
  const added = Math.log(placed);
  const logs = factors.map((factor, index) => {
    const before = bets.logs[index];
    return factor + (before === undefined ? added : logSumExp([before, added]));
  });
  return { reserve: bets.reserve - placed, rounds: bets.rounds + 1, logs };
}

/** ln E_t = ln(reserve + mean of M_j). */
export function logEvidence(bets: Bets): number {
  if (bets.logs.length === 0) return 0;
  const mean = logSumExp(bets.logs) - Math.log(bets.logs.length);
  return logSumExp([Math.log(bets.reserve), mean]);
}
