/** Tables to series, for vendors that answer in rows: every column of numbers is a series. */

import type { Series } from './contract.ts';

export interface Row {
  /** Epoch milliseconds. */
  time: number;
  labels: Record<string, string>;
  /** By name of the column; what is not a finite number is left out. */
  values: Record<string, number | null>;
}

/**
 * One series per set of labels and column. Where there are several columns their names become a
 * label: `le` when all of them are bounds of buckets (numbers and `+Inf`), otherwise `column`.
 */
export function seriesOfRows(rows: readonly Row[]): Series[] {
  const columns = new Set(rows.flatMap((row) => Object.keys(row.values)));
  const name = columns.size < 2 ? undefined : [...columns].every(isBound) ? 'le' : 'column';
  const found = new Map<string, Series>();
  for (const { time, labels, values } of rows) {
    for (const [column, value] of Object.entries(values)) {
      const all = name === undefined ? labels : { ...labels, [name]: column };
      const key = JSON.stringify(Object.entries(all).toSorted(([a], [b]) => a.localeCompare(b)));
      const series = found.get(key) ?? { labels: all, points: [] };
      found.set(key, series);
      if (value !== null && Number.isFinite(value)) series.points.push([time, value]);
    }
  }
  for (const { points } of found.values()) points.sort(([a], [b]) => a - b);
  return [...found.values()];
}

function isBound(column: string): boolean {
  return column === '+Inf' || (column.trim() !== '' && Number.isFinite(Number(column)));
}
