/** Requests that a canary harmed: bad ones beyond what the baseline's rate would have given. */

import { combine, overflowBound, quantileOf as latencyAt } from '../samples.ts';
import type { SequentialMetric } from '../sequential/settings.ts';
import type { Sample } from '../verdict.ts';
import { armsOf, quantileOf } from './points.ts';
import type { Recording } from './recording.ts';

/**
 * In the intervals `from` to `to`, both included, by the metric with the most: one request may be bad
 * in several ways. Slow counts as bad above the bound of the baseline's quantile, or the metric's own.
 */
export function harmed(recording: Recording, from: number, to: number): number {
  const each = recording.metrics.map((metric) => harmOf(recording, metric, from, to));
  return Math.max(0, ...each);
}

function harmOf(recording: Recording, metric: SequentialMetric, from: number, to: number): number {
  const counts = counterFor(recording, metric);
  let harm = 0;
  for (const observation of recording.observations.slice(from, to + 1)) {
    for (const { canary, baseline } of armsOf(observation, metric.name)) {
      const [all, bad] = counts(canary);
      const [others, badOthers] = counts(baseline);
      if (others > 0) harm += bad - (all * badOthers) / others;
    }
  }
  return harm;
}

type Counter = (sample: Sample | null) => [all: number, bad: number];

function counterFor(recording: Recording, metric: SequentialMetric): Counter {
  const slow = metric.type === 'latency' ? slowBound(recording, metric) : null;
  return (sample) => {
    if (sample?.kind === 'ratio') {
      const decrease = 'direction' in metric && metric.direction === 'decrease';
      return [sample.total, decrease ? sample.total - sample.bad : sample.bad];
    }
    if (sample?.kind !== 'latency' || slow === null) return [0, 0];
    const all = sample.buckets.at(-1)?.[1] ?? 0;
    const fast = sample.buckets.findLast(([bound]) => bound <= slow)?.[1] ?? 0;
    return [all, all - fast];
  };
}

/** The bound at or below which a request is fast: the lower end of the bucket of the quantile. */
function slowBound(recording: Recording, metric: SequentialMetric): number | null {
  const baseline = recording.observations.flatMap((one) =>
    armsOf(one, metric.name).flatMap((arms) => (arms.baseline ? [arms.baseline] : [])),
  );
  const whole = combine(baseline);
  if (whole?.kind !== 'latency') return null;
  const wanted =
    metric.type === 'latency' && 'threshold' in metric
      ? metric.threshold
      : latencyAt(whole.buckets, quantileOf(metric, 0.99));
  const finite = whole.buckets.filter(([bound]) => bound < overflowBound);
  return finite.findLast(([bound]) => bound <= (wanted ?? 0))?.[0] ?? finite[0]?.[0] ?? null;
}
