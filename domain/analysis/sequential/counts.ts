/** The two running tests on "events out of requests": FAIL and PASS (statistics b1 to b3, b7). */

import { whole } from './arms.ts';
import type { Calibration, PodCounts } from './calibration.ts';
import { calibrate } from './calibration.ts';
import {
  failBets,
  failStake,
  logEvidence,
  noBets,
  passBets,
  passStake,
  placeBets,
} from './bets.ts';
import type { Bets } from './bets.ts';
import { logFactor } from './factor.ts';
import type { Noise } from './factor.ts';
import { isLiveRound, liveNoise, noLiveNoise, observeLive } from './live-noise.ts';
import type { LiveNoise } from './live-noise.ts';
import { addCounts, noCounts } from './observation.ts';
import type { Counts, Pair } from './observation.ts';
import { noRate, observeRate, rateBound } from './rate-bound.ts';
import type { RateState } from './rate-bound.ts';
import type { Boundary, SequentialSettings } from './settings.ts';
import { addShare } from './share-groups.ts';
import type { ShareGroups } from './share-groups.ts';

/** Everything the tests remember; its size does not grow with the run. */
export interface CountState {
  fail: Bets;
  pass: Bets;
  /** Latched: PASS was once at or above 1/β. */
  passed: boolean;
  noise: Calibration;
  live: LiveNoise;
  /** The baseline's rate before the run, and up to now by stratum. */
  history: RateState;
  rates: Record<string, RateState>;
  seen: Pair;
  /** For the ratio shown to people. */
  groups: ShareGroups;
}

/** Intervals after which a stratum's own rate is trusted over the pre-period's. */
const ownRateFrom = 30;

export function startCounts(
  history: readonly PodCounts[],
  settings: SequentialSettings,
): CountState {
  const { mode, canaryPods } = settings.noise;
  const totals = history.map((interval) => Object.values(interval).reduce(addCounts, noCounts));
  return {
    fail: noBets(),
    pass: noBets(),
    passed: false,
    noise: calibrate(history, mode, canaryPods),
    live: noLiveNoise(),
    history: totals.reduce(observeRate, noRate()),
    rates: {},
    seen: { canary: noCounts, baseline: noCounts },
    groups: {},
  };
}

/** One interval, by stratum; null when it is not complete: then only the clock of the stakes goes on. */
export function observeCounts(
  state: CountState,
  strata: Readonly<Record<string, Pair>> | null,
  boundaries: { fail: Boundary; pass: Boundary },
  settings: SequentialSettings,
): CountState {
  const round = state.fail.rounds + 1;
  const noise = noiseOf(state, round, settings);
  const pairs = Object.entries(strata ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const factors = (bets: readonly number[], boundary: Boundary) =>
    bets.map((bet) => sumOfFactors(state, pairs, boundary, bet, noise));
  const stake = failStake(round, settings.horizon);
  const fail = placeBets(state.fail, stake, factors(failBets, boundaries.fail));
  const pass = placeBets(state.pass, passStake(round), factors(passBets, boundaries.pass));
  const passed = state.passed || logEvidence(pass) >= -Math.log(settings.missedRegression);
  return { ...remember(state, pairs), fail, pass, passed, noise };
}

/** Baseline counts since the pre-period began. */
export function baselineCounts(state: CountState): Counts {
  return addCounts(state.history.total, state.seen.baseline);
}

/** The calibrated noise, raised by what the run itself has shown up to the interval before. */
function noiseOf(state: CountState, round: number, settings: SequentialSettings): Calibration {
  if (settings.noise.mode === 'none' || !isLiveRound(round)) return state.noise;
  return { ...state.noise, canary: Math.max(state.noise.canary, liveNoise(state.live)) };
}

function sumOfFactors(
  state: CountState,
  pairs: readonly [string, Pair][],
  boundary: Boundary,
  bet: number,
  noise: Noise,
): number {
  let sum = 0;
  for (const [stratum, pair] of pairs) {
    sum += logFactor(pair, boundary, bet, noise, boundOf(state, stratum));
  }
  return sum;
}

/** λ̂ of a stratum, which the pre-period may know only as a part of the whole. */
function boundOf(state: CountState, stratum: string): number {
  const own = ownRate(state, stratum);
  if (own.recent.length >= ownRateFrom) return rateBound(own);
  return Math.max(rateBound(own), rateBound(state.history));
}

/** The whole goes on where the pre-period ended; strata begin with the run. */
function ownRate(state: CountState, stratum: string): RateState {
  return state.rates[stratum] ?? (stratum === whole ? state.history : noRate());
}

function remember(state: CountState, pairs: readonly [string, Pair][]): CountState {
  if (pairs.length === 0) return state;
  const canary = pairs.map(([, pair]) => pair.canary).reduce(addCounts);
  const baseline = pairs.map(([, pair]) => pair.baseline).reduce(addCounts);
  const rates = pairs.map(([stratum, pair]): [string, RateState] => {
    return [stratum, observeRate(ownRate(state, stratum), pair.baseline)];
  });
  return {
    ...state,
    live: observeLive(state.live, { canary, baseline }),
    rates: { ...state.rates, ...Object.fromEntries(rates) },
    seen: {
      canary: addCounts(state.seen.canary, canary),
      baseline: addCounts(state.seen.baseline, baseline),
    },
    groups: pairs.map(([, pair]) => pair).reduce(addShare, state.groups),
  };
}
