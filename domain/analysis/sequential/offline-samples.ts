/** Recorded counts, buckets and values → samples of the metric they belong to. */

import { z } from 'zod';
import { isRecord } from '../../json.ts';
import { overflowBound } from '../samples.ts';
import type { Sample } from '../verdict.ts';
import type { Arms, History, MetricInterval, SequentialObservation } from './observation.ts';
import type { SequentialMetric } from './settings.ts';

const count = z.number().min(0).nullish();
/** Milliseconds; `+Inf` and null are the last bucket. */
const bound = z
  .union([z.number(), z.null(), z.string().regex(/^(?:\d+(?:\.\d+)?|\+?inf|infinity)$/i)])
  .transform((edge) => {
    const ms = Number(edge ?? 'Infinity');
    return ms < overflowBound ? ms : overflowBound;
  });
const pairs = z.array(z.tuple([bound, z.number().min(0)]));
const buckets = z.preprocess((value) => (isRecord(value) ? Object.entries(value) : value), pairs);

/** Numbers of one arm: counts (ratio, limit), buckets (latency) or a value (gauge). */
const arm = z
  .object({
    requests: count,
    events: count,
    buckets: buckets
      .nullish()
      .describe('Upper bound in milliseconds (or +Inf) and requests at or below it'),
    value: z.number().nullish(),
  })
  .nullish();

const bothArms = z.object({ canary: arm, baseline: arm });

/** One metric in one interval, whole or by stratum. */
export const arms = z.union([z.object({ strata: z.record(z.string(), bothArms) }), bothArms]);

/** One arm by pod, for the history. */
export const pods = z.record(z.string(), arm);

export function byName<T extends z.ZodType>(schema: T) {
  return z.record(z.string(), schema.nullish());
}

type Recorded = z.output<typeof arm>;
type RecordedArms = z.output<typeof arms>;

interface RecordedInput {
  metrics: SequentialMetric[];
  history: Record<string, z.output<typeof pods>[]>;
  intervals: Record<string, RecordedArms | null | undefined>[];
  share?: number | number[] | undefined;
}

/** The history and the intervals as the judge takes them. */
export function samplesOf({ metrics, history, intervals, share }: RecordedInput): {
  history: Record<string, History>;
  observations: SequentialObservation[];
} {
  const before = metrics.map((metric) => {
    return [metric.name, (history[metric.name] ?? []).map((all) => podSamples(metric, all))];
  });
  const observations = intervals.map((interval, index) => {
    const seen = metrics.map((metric) => {
      return [metric.name, intervalOf(metric, interval[metric.name] ?? null)];
    });
    const now = Array.isArray(share) ? (share[index] ?? share.at(-1)) : share;
    return { index, ...(now && { share: now }), metrics: Object.fromEntries(seen) };
  });
  return { history: Object.fromEntries(before), observations };
}

function podSamples(metric: SequentialMetric, all: z.output<typeof pods>): Record<string, Sample> {
  const samples = Object.entries(all).flatMap(([pod, recorded]): [string, Sample][] => {
    const sample = sampleOf(metric, recorded);
    return sample ? [[pod, sample]] : [];
  });
  return Object.fromEntries(samples);
}

function intervalOf(
  metric: SequentialMetric,
  recorded: RecordedArms | null,
): MetricInterval | null {
  if (recorded === null) return null;
  const both = (pair: z.output<typeof bothArms>): Arms => ({
    canary: sampleOf(metric, pair.canary),
    baseline: sampleOf(metric, pair.baseline),
  });
  if (!('strata' in recorded)) return both(recorded);
  const strata = Object.entries(recorded.strata).map(([name, pair]) => [name, both(pair)]);
  return { strata: Object.fromEntries(strata) };
}

/** Null when a number that the metric needs is missing. */
function sampleOf({ type }: SequentialMetric, recorded: Recorded): Sample | null {
  if (!recorded) return null;
  const { requests, events, buckets, value } = recorded;
  if (type === 'gauge') return value == null ? null : { kind: 'gauge', value };
  if (type === 'latency') {
    return buckets ? { kind: 'latency', buckets: bucketsOf(buckets, requests ?? null) } : null;
  }
  if (requests == null || events == null) return null;
  return { kind: 'ratio', bad: events, total: requests };
}

/** In the order of bounds; `requests` is the last bucket when none is infinite. */
function bucketsOf(
  recorded: readonly [bound: number, below: number][],
  requests: number | null,
): [number, number][] {
  const buckets = [...recorded].sort(([a], [b]) => a - b);
  const open = (buckets.at(-1)?.[0] ?? 0) < overflowBound;
  return open && requests !== null ? [...buckets, [overflowBound, requests]] : buckets;
}
