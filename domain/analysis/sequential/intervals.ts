/** Intervals for display that hold at every look at once (statistics b4). */

import { logBeta } from '../numbers/gamma.ts';
import { logSumExp, timesLog } from '../numbers/logs.ts';
import { overflowBound } from '../samples.ts';
import type { Buckets } from './buckets.ts';
import type { Counts } from './observation.ts';
import type { ShareGroups } from './share-groups.ts';

/** Null at an end: without bound. */
export type Interval = [low: number | null, high: number | null];

const halvings = 60;
const farthest = 40;
const mixture = Array.from({ length: 41 }, (_, i) => (Math.log(50) * (i - 20)) / 20);

/** Beta(½, ½) confidence sequence of a share. */
export function shareInterval({ requests, events }: Counts, alpha: number): [number, number] {
  if (requests <= 0) return [0, 1];
  const bad = Math.min(events, requests);
  const mixed = logBeta(0.5 + bad, 0.5 + requests - bad) - logBeta(0.5, 0.5);
  const inside = (p: number) =>
    mixed - timesLog(bad, p) - timesLog(requests - bad, 1 - p) < -Math.log(alpha);
  const estimate = bad / requests;
  return [
    bad === 0 ? 0 : lastInside(estimate, 0, inside),
    bad === requests ? 1 : lastInside(estimate, 1, inside),
  ];
}

/**
 * Interval of canary rate / baseline rate, by the mixture over 41 ratios from 1/50 to 50.
 * @param dispersion φ ≥ 1, by which evidence is weakened when counts are overdispersed
 */
export function ratioInterval(groups: ShareGroups, alpha: number, dispersion = 1): Interval {
  const pairs = Object.values(groups);
  const likelihood = (logRatio: number) => {
    let sum = 0;
    for (const { canary, baseline } of pairs) {
      const odds = Math.exp(logRatio) * (canary.requests / baseline.requests);
      sum -= timesLog(canary.events, 1 + 1 / odds) + baseline.events * Math.log1p(odds);
    }
    return sum / dispersion;
  };
  const mixed = logSumExp(mixture.map(likelihood)) - Math.log(mixture.length);
  const inside = (logRatio: number) => mixed - likelihood(logRatio) < -Math.log(alpha);
  const peak = peakOf(groups);
  const events = (arm: 'canary' | 'baseline') =>
    pairs.reduce((sum, pair) => sum + pair[arm].events, 0);
  return [
    events('canary') === 0 ? 0 : Math.exp(lastInside(peak, -farthest, inside)),
    events('baseline') === 0 ? null : Math.exp(lastInside(peak, farthest, inside)),
  ];
}

/** Interval of a quantile between bucket bounds, at α/K for each of K finite bounds. */
export function quantileInterval(buckets: Buckets, quantile: number, alpha: number): Interval {
  const requests = buckets.at(-1)?.[1] ?? 0;
  const finite = buckets.filter(([bound]) => bound < overflowBound);
  let low: number | null = null;
  let high: number | null = null;
  for (const [bound, events] of finite) {
    const [least, most] = shareInterval({ requests, events }, alpha / finite.length);
    if (most < quantile) low = bound;
    if (high === null && least >= quantile) high = bound;
  }
  return [low, high];
}

/** ln of the most likely ratio: the likelihood is concave in it, so its slope is bisected. */
function peakOf(groups: ShareGroups): number {
  const rising = (logRatio: number) => {
    let slope = 0;
    for (const { canary, baseline } of Object.values(groups)) {
      const odds = Math.exp(logRatio) * (canary.requests / baseline.requests);
      slope += canary.events - ((canary.events + baseline.events) * odds) / (1 + odds);
    }
    return slope > 0;
  };
  return lastInside(-farthest, farthest, rising);
}

/** The farthest point from `from` (inside) towards `to` that is still inside. */
function lastInside(from: number, to: number, inside: (x: number) => boolean): number {
  let within = from;
  let beyond = to;
  for (let step = 0; step < halvings; step += 1) {
    const middle = (within + beyond) / 2;
    if (inside(middle)) within = middle;
    else beyond = middle;
  }
  return within;
}
