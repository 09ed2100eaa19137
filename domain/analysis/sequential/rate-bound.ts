/** λ̂ of statistics b3: a bound of the baseline's rate that is known before the interval. */

import { addCounts, noCounts } from './observation.ts';
import type { Counts } from './observation.ts';

const headroom = 1.2;
const recentIntervals = 30;

export interface RateState {
  /** Since the pre-period began. */
  total: Counts;
  /** The last intervals, oldest first, as [requests, events]. */
  recent: [requests: number, events: number][];
}

export function noRate(): RateState {
  return { total: noCounts, recent: [] };
}

export function observeRate(state: RateState, counts: Counts): RateState {
  const recent: RateState['recent'] = [...state.recent, [counts.requests, counts.events]];
  return { total: addCounts(state.total, counts), recent: recent.slice(-recentIntervals) };
}

/** 1.2·max(rate so far, rate of the last 30 intervals); 0 when no event was ever seen. */
export function rateBound(state: RateState): number {
  const recent = { requests: 0, events: 0 };
  for (const [requests, events] of state.recent) {
    recent.requests += requests;
    recent.events += events;
  }
  return headroom * Math.max(rateOf(state.total), rateOf(recent));
}

/** Events per request; 0 without requests. */
export function rateOf(counts: Counts): number {
  return counts.requests > 0 ? counts.events / counts.requests : 0;
}
