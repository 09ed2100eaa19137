/** Numbers for plots: columns over time, as uPlot takes them. Times are epoch seconds. */

import type { MetricEvidence } from '../../domain/analysis/verdict.ts';
import type { CrescendoEvent, Measurement } from '../../domain/events.ts';

type Column = (number | null)[];

export interface MetricSeries {
  metric: string;
  times: number[];
  canary: Column;
  stable: Column;
  bound: Column;
  /** The canary's value where it was too high, else null. */
  breach: Column;
}

/** One series per metric, in the order in which they were first measured. `interval`: ms of a look. */
export function metricSeries(
  measurements: readonly Measurement[],
  interval: number,
): MetricSeries[] {
  const all = new Map<string, MetricSeries>();
  for (const { at, evidence } of measurements) {
    const time = Date.parse(at) / 1000;
    for (const entry of evidence) {
      const series = all.get(entry.metric) ?? emptySeries(entry.metric);
      all.set(entry.metric, series);
      addGap(series, time, interval / 1000);
      addPoint(series, time, entry);
    }
  }
  return [...all.values()];
}

function emptySeries(metric: string): MetricSeries {
  return { metric, times: [], canary: [], stable: [], bound: [], breach: [] };
}

/** Looks this many intervals apart have nothing between them that a line could claim to know. */
const missed = 4;

function addGap(series: MetricSeries, time: number, interval: number): void {
  const last = series.times.at(-1);
  if (last === undefined || time - last < missed * interval) return;
  addRow(series, (last + time) / 2, [null, null, null, null]);
}

function addPoint(series: MetricSeries, time: number, entry: MetricEvidence): void {
  const { canary, stable, bound, finding } = entry;
  addRow(series, time, [canary, stable, bound, finding === 'breach' ? canary : null]);
}

function addRow(series: MetricSeries, time: number, row: Column): void {
  series.times.push(time);
  series.canary.push(row[0] ?? null);
  series.stable.push(row[1] ?? null);
  series.bound.push(row[2] ?? null);
  series.breach.push(row[3] ?? null);
}

export interface WeightSeries {
  times: number[];
  weights: number[];
}

/** The candidate's share: a weight lasts until the next, the last one until `end` (epoch seconds). */
export function weightSeries(
  events: readonly CrescendoEvent[],
  environment: string,
  end: number,
): WeightSeries {
  const series: WeightSeries = { times: [], weights: [] };
  for (const event of events) {
    if (event.environment !== environment || event.type !== 'traffic.shifted') continue;
    series.times.push(Date.parse(event.at) / 1000);
    series.weights.push(event.weight);
  }
  const last = series.weights.at(-1);
  if (last === undefined || end <= (series.times.at(-1) ?? end)) return series;
  return { times: [...series.times, end], weights: [...series.weights, last] };
}
