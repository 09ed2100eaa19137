/** Latency as counts: which bucket bounds are watched, and how many requests were slower (statistics b4). */

import { overflowBound } from '../samples.ts';
import type { Sample } from '../verdict.ts';
import type { Counts } from './observation.ts';
import type { LatencyMetric } from './settings.ts';

export type Buckets = Extract<Sample, { kind: 'latency' }>['buckets'];

/** Slow requests that the baseline must have shown before its quantile is taken for known. */
const enoughSlow = 10;

/**
 * The finite bounds to watch, chosen from the baseline alone: the first at or above the threshold,
 * or the edges of the bucket that holds the quantile. Empty when the layout has no such bound,
 * null when `reference` has too few requests to find the quantile.
 */
export function pickBounds(
  metric: LatencyMetric,
  reference: Buckets,
  complete: boolean,
): number[] | null {
  const finite = reference.filter(([bound]) => bound < overflowBound);
  if ('threshold' in metric) {
    const next = finite.find(([bound]) => bound >= metric.threshold);
    if (next) return [next[0]];
    return reference.length > 0 ? [] : null;
  }
  const total = reference.at(-1)?.[1] ?? 0;
  const enough = complete ? total > 0 : total * (1 - metric.quantile) >= enoughSlow;
  if (!enough) return null;
  const upper = finite.findIndex(([, count]) => count >= metric.quantile * total);
  const edges = upper === -1 ? finite.slice(-1) : finite.slice(Math.max(0, upper - 1), upper + 1);
  return edges.map(([bound]) => bound);
}

/** Requests above the bound; null when the histogram has no such bound. */
export function slowerThan(buckets: Buckets, bound: number): Counts | null {
  const requests = buckets.at(-1)?.[1] ?? 0;
  if (buckets.length === 0) return { requests: 0, events: 0 };
  const bucket = buckets.find(([edge]) => edge === bound);
  return bucket ? { requests, events: Math.max(0, requests - bucket[1]) } : null;
}
