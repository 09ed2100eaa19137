/** Time ranges for vendors that answer in buckets: only buckets that are over, each of them once. */

import { z } from 'zod';
import type { MetricAnswer, MetricQuery, Series } from './contract.ts';

export interface Grid {
  /** Milliseconds that a bucket's size must be a multiple of. */
  unitMs: number;
  /** Milliseconds until the newest data are complete: the range is moved back by so much. */
  delayMs: number;
  /** Buckets in one answer at most. */
  maxPoints: number;
}

/** Whole buckets, epoch milliseconds: `from` inclusive, `to` exclusive. */
export interface Buckets {
  from: number;
  to: number;
  size: number;
}

/** The connection's field `delayMs`. */
export function delayField(byDefault: number) {
  return z.int().min(0).max(3_600_000).default(byDefault);
}

/**
 * The buckets, on multiples of their size, that ended after `from` and not after `to`. Looks whose
 * ranges follow each other so get every bucket once, as long as the size stays the same; a look that
 * is shorter than a bucket may get none (`from` equals `to`). A range without length is the last bucket before it.
 */
export function wholeBuckets(query: MetricQuery, grid: Grid): Buckets {
  const size = bucketSize(query, grid);
  const to = floorTo(query.to - grid.delayMs, size);
  const from = query.from === query.to ? to - size : floorTo(query.from - grid.delayMs, size);
  return { from, to, size };
}

/**
 * The same range on whole units, for vendors whose buckets begin where the range begins. One bucket
 * is exactly the range; several are all of one size, the last one ending with the range.
 */
export function bucketsFromEnd(query: MetricQuery, grid: Grid): Buckets {
  const size = bucketSize(query, grid);
  const to = floorTo(query.to - grid.delayMs, grid.unitMs);
  if (query.from === query.to) return { from: to - size, to, size };
  const from = floorTo(query.from - grid.delayMs, grid.unitMs);
  const count = Math.floor((to - from) / size);
  return count < 2 ? { from, to, size: to - from } : { from: to - count * size, to, size };
}

/** Points of the buckets that ended within `within`; a point's time is the end of its bucket. */
export function pointsOfBuckets(
  samples: Iterable<readonly [start: number, value: number | null | undefined]>,
  size: number,
  within: { from: number; to: number },
): Series['points'] {
  const points: Series['points'] = [];
  for (const [start, value] of samples) {
    const end = start + size;
    if (end <= within.from || end > within.to) continue;
    if (typeof value === 'number' && Number.isFinite(value)) points.push([end, value]);
  }
  return points.toSorted(([a], [b]) => a - b);
}

/** What a look gets in which no bucket ended. */
export function noBucketEnded(size: number): MetricAnswer {
  const seconds = `${size / 1000} s`;
  const detail = `no bucket of ${seconds} ended in this interval: with an analysis.interval of ${seconds} or more every one has its own`;
  return { kind: 'noData', detail };
}

function bucketSize({ from, to, step }: MetricQuery, { unitMs, maxPoints }: Grid): number {
  const wished = Math.max(1, Math.round(step / unitMs)) * unitMs;
  const needed = Math.ceil((to - from) / maxPoints / unitMs) * unitMs;
  return Math.max(wished, needed);
}

function floorTo(time: number, size: number): number {
  return Math.floor(time / size) * size;
}
