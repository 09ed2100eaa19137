/** Native histograms, whose buckets come and go, read as cumulative counts at fixed bounds. */

import { z } from 'zod';
import type { Series } from '../contract.ts';

/** `[which ends belong to it, lower, upper, count]`; buckets follow each other, empty ones are left out. */
const bucketSchema = z.tuple([z.number(), z.string(), z.string(), z.string()]);

/** One histogram at one moment, as the HTTP API writes it. */
export const histogramSchema = z.object({
  count: z.string(),
  buckets: z.array(bucketSchema).default([]),
});
type Histogram = z.infer<typeof histogramSchema>;

/** What the observed values are in; decides which range the bounds cover. */
export type HistogramUnit = 's' | 'ms';

/** Four bounds for each doubling, from about a millisecond to about a minute. */
const perOctave = 4;
const octaves: Record<HistogramUnit, [from: number, to: number]> = { s: [-10, 6], ms: [0, 16] };
/** Bounds are written with as many digits as a double has; the last may differ. */
const slack = 1 + 1e-9;

/**
 * A series for each bound, with its label `le`. Bounds stay where they are although the buckets of a
 * native histogram do not: counts of several moments and processes can be added and subtracted. What
 * lies between two bounds counts from the upper one on.
 */
export function histogramSeries(
  labels: Record<string, string>,
  samples: readonly (readonly [seconds: number, histogram: Histogram])[],
  unit: HistogramUnit,
): Series[] {
  const bounds = boundsFor(unit);
  const series = [...bounds, Infinity].map((bound): Series => {
    return { labels: { ...labels, le: textOf(bound) }, points: [] };
  });
  for (const [seconds, histogram] of samples) {
    const counts = countsAt(bounds, histogram);
    if (!counts.every(Number.isFinite)) continue;
    counts.forEach((count, index) => {
      series[index]?.points.push([Math.round(seconds * 1000), count]);
    });
  }
  return withoutEmptyStart(series);
}

function boundsFor(unit: HistogramUnit): number[] {
  const [from, to] = octaves[unit];
  const steps = (to - from) * perOctave;
  return Array.from({ length: steps + 1 }, (_, step) => 2 ** (from + step / perOctave));
}

function textOf(bound: number): string {
  return bound === Infinity ? '+Inf' : String(bound);
}

/** How many values are at or below each bound; at the end, how many there are. */
function countsAt(bounds: readonly number[], { count, buckets }: Histogram): number[] {
  const parsed = buckets.map(([, , upper, inside]) => [Number(upper), Number(inside)] as const);
  const below = bounds.map((bound) => {
    const within = parsed.filter(([upper]) => upper <= bound * slack);
    return within.reduce((sum, [, inside]) => sum + inside, 0);
  });
  return [...below, Number(count)];
}

/** Bounds below all values say nothing; the last of them is where the first bucket begins. */
function withoutEmptyStart(series: Series[]): Series[] {
  const first = series.findIndex(({ points }) => points.some(([, count]) => count > 0));
  return first === -1 ? series.slice(-1) : series.slice(Math.max(0, first - 1));
}
