/** What the sequential method sees: counts and values of both arms, interval by interval. */

import type { Sample } from '../verdict.ts';

/** One arm in one interval: requests and how many of them were bad. */
export interface Counts {
  requests: number;
  events: number;
}

/** Both arms in the same interval. */
export interface Pair {
  canary: Counts;
  baseline: Counts;
}

/** Both arms of a metric; null: the arm could not be measured. */
export interface Arms {
  canary: Sample | null;
  baseline: Sample | null;
}

/** One metric in one interval, whole or by stratum (route, tenant, zone). */
export type MetricInterval = Arms | { strata: Record<string, Arms> };

export interface SequentialObservation {
  /** Rises by one per interval of a step, from 0; an index seen before is ignored. */
  index: number;
  /** Share of the traffic that the router was told to give the canary, in (0, 1). */
  share?: number;
  /** A metric that is missing was not measured. */
  metrics: Record<string, MetricInterval | null>;
  /** Metrics whose provider did not answer: for them there was no interval, so none is missing. */
  unanswered?: readonly string[];
}

/** The pre-period of one metric: the baseline alone, per interval and pod. */
export type History = Record<string, Sample>[];

/** Counts of one arm added up. */
export function addCounts(left: Counts, right: Counts): Counts {
  return { requests: left.requests + right.requests, events: left.events + right.events };
}

export const noCounts: Counts = { requests: 0, events: 0 };
