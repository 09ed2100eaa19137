/** Raw counters: the increases between two looks, series by series. */

import type { Series } from '../providers/metrics/contract.ts';

/** Last value of every raw counter, by query and series: increases need two looks. */
export type Counters = Record<string, number>;

/**
 * Increases since the last look, which is in `counters`; this look is put into `seen`. The first
 * look at a query gives none; a series that appears later has begun to count in between, so all of
 * it is increase.
 */
export function increases(
  key: string,
  series: readonly Series[],
  counters: Readonly<Counters>,
  seen: Counters,
): Series[] {
  const first = counters[key] === undefined;
  seen[key] = 1;
  return series.flatMap((one) => {
    const name = `${key}/${labelKey(one.labels)}`;
    const value = latest(one);
    const before = counters[name] ?? (first ? null : 0);
    seen[name] = value;
    if (before === null) return [];
    return [{ labels: one.labels, points: [[one.points.at(-1)?.[0] ?? 0, grown(before, value)]] }];
  });
}

/** A drop means that the process began to count anew: all of it is increase. */
export function grown(before: number, value: number): number {
  return value >= before ? value - before : value;
}

export function latest(series: Series): number {
  return series.points.at(-1)?.[1] ?? 0;
}

/** The same labels give the same key, in whatever order a provider names them. */
function labelKey(labels: Record<string, string>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .toSorted((a, b) => a.localeCompare(b))
    .join(',');
}
