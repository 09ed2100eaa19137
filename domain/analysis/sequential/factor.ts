/** The e-factor of one interval of a ratio metric: statistics b1, and b3 for overdispersed counts. */

import { expGrowth, logGrowth, timesLog } from '../numbers/logs.ts';
import type { Pair } from './observation.ts';
import type { Boundary } from './settings.ts';

/** τ²: squared coefficient of variation of an arm's true rate within an interval; 0 = none. */
export interface Noise {
  canary: number;
  baseline: number;
}

/**
 * ℓ_g: logarithm of a factor whose expectation is at most 1 under the null, for the bet that the
 * canary's rate is `bet` times the boundary. A bet above 1 speaks for FAIL (null: at most the
 * boundary), one below 1 for PASS (null: at least the boundary).
 *
 * With δ = 0 and no noise it is the conditional binomial likelihood ratio, i.e. the count test of
 * Lindon & Malek (NeurIPS 2022, arXiv 2011.03567) with changing shares, tolerance and margin. With
 * noise it is exact for Gamma rates of these τ² and mean at most `rateBound` (statistics b3).
 *
 * @param rateBound λ̂, a bound of the baseline's rate known before the interval; used with noise only
 */
export function logFactor(
  pair: Pair,
  boundary: Boundary,
  bet: number,
  noise: Noise,
  rateBound: number,
): number {
  const { ratio, excess } = boundary;
  const nc = pair.canary.requests;
  const nb = pair.baseline.requests;
  if (nc <= 0 || (ratio > 0 && nb <= 0)) return 0;

  const scale = nc * (expectedScale(ratio, nb, noise, rateBound) + noise.canary * excess); // S
  const stake = (bet - 1) / (1 + bet * scale); // m
  const rest = 1 - noise.canary * nc * excess * stake; // B
  const compensation = baselineCost(nc * ratio * stake, rest, noise, rateBound); // C
  const canary = timesLog(pair.canary.events, 1 + stake);
  const baseline = ratio === 0 ? 0 : timesLog(pair.baseline.events, 1 - compensation / nb);
  return canary + baseline + logGrowth(noise.canary, -nc * excess * stake);
}

/** λ̂ρ/u, which is ρ/n_b without noise. */
function expectedScale(ratio: number, nb: number, noise: Noise, rateBound: number): number {
  if (ratio === 0) return 0;
  if (rateBound === 0 || isQuiet(noise)) return ratio / nb;
  const length = logGrowth(noise.baseline, rateBound * nb); // L
  const reach = expGrowth(-noise.canary, length); // u
  return (rateBound * ratio) / reach;
}

/** C, which is n_cρm without noise. */
function baselineCost(cost: number, rest: number, noise: Noise, rateBound: number): number {
  if (rateBound === 0 || isQuiet(noise)) return cost / rest;
  const v = logGrowth(-noise.canary, (rateBound * cost) / rest);
  return expGrowth(noise.baseline, v) / rateBound;
}

function isQuiet(noise: Noise): boolean {
  return noise.canary === 0 && noise.baseline === 0;
}
