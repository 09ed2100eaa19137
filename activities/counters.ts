/** Raw counters: the increases between two looks, series by series. */

import { createHash } from 'node:crypto';
import type { Series } from '../providers/metrics/contract.ts';

/**
 * Last value of every raw counter: increases need two looks. By query, then by series, both as
 * digests: heartbeats carry all of it, and a histogram of twenty pods has hundreds of series.
 */
export type Counters = Record<string, Record<string, number>>;

/**
 * Increases since the last look, which is in `counters`; this look is put into `seen`. The first
 * look at a query gives none; a series that appears later has begun to count in between, so all of
 * it is increase.
 */
export function increases(
  query: string,
  series: readonly Series[],
  counters: Readonly<Counters>,
  seen: Counters,
): Series[] {
  const key = digest(query);
  const before = counters[key];
  // A series that is away for a while is known when it comes back.
  const now: Record<string, number> = { ...before };
  seen[key] = now;
  return series.flatMap((one) => {
    const name = digest(labelKey(one.labels));
    const value = latest(one);
    now[name] = value;
    if (!before) return [];
    const increase = grown(before[name] ?? 0, value);
    return [{ labels: one.labels, points: [[one.points.at(-1)?.[0] ?? 0, increase]] }];
  });
}

/** A drop means that the process began to count anew: all of it is increase. */
export function grown(before: number, value: number): number {
  return value >= before ? value - before : value;
}

export function latest(series: Series): number {
  return series.points.at(-1)?.[1] ?? 0;
}

/** Twelve characters, 72 bits: no two of a million series share one by chance. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 12);
}

/** The same labels give the same key, in whatever order a provider names them. */
function labelKey(labels: Record<string, string>): string {
  return JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
