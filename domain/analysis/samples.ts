/** Arithmetic on samples: adding intervals up, and the one number a sample stands for. */

import type { Sample } from './verdict.ts';

/** Stands for +Inf in buckets: samples travel as JSON, which has no infinity. */
export const overflowBound = Number.MAX_VALUE;

/** The intervals of a window as one sample: counts add up, a gauge is averaged. Null when empty. */
export function combine(samples: readonly Sample[]): Sample | null {
  const [first, ...rest] = samples;
  if (!first) return null;
  if (first.kind === 'gauge') return { kind: 'gauge', value: mean(samples) };
  return rest.reduce((sum, sample) => add(sum, sample), first);
}

/** Requests in a sample; null for a gauge, which counts none. */
export function requestsOf(sample: Sample): number | null {
  if (sample.kind === 'ratio') return sample.total;
  if (sample.kind === 'latency') return sample.buckets.at(-1)?.[1] ?? 0;
  return null;
}

/** The value that conditions are about: a share, a latency in milliseconds, or the gauge itself. */
export function valueOf(sample: Sample, quantile: number): number | null {
  if (sample.kind === 'gauge') return sample.value;
  if (sample.kind === 'ratio') return sample.total > 0 ? sample.bad / sample.total : null;
  return quantileOf(sample.buckets, quantile);
}

/**
 * Quantile of a cumulative histogram by linear interpolation inside the bucket, as PromQL's
 * histogram_quantile does; above the last finite bound it is that bound.
 */
export function quantileOf(buckets: readonly [number, number][], quantile: number): number | null {
  const total = buckets.at(-1)?.[1] ?? 0;
  if (total <= 0) return null;
  const rank = quantile * total;
  let lowerBound = 0;
  let lowerCount = 0;
  for (const [bound, count] of buckets) {
    if (count >= rank && count > lowerCount) {
      if (bound >= overflowBound) return lowerBound;
      return lowerBound + ((bound - lowerBound) * (rank - lowerCount)) / (count - lowerCount);
    }
    lowerBound = bound < overflowBound ? bound : lowerBound;
    lowerCount = count;
  }
  return lowerBound;
}

/** True when the quantile lies above the last finite bound: all that is known is that it is more. */
export function overflows(sample: Sample, quantile: number): boolean {
  if (sample.kind !== 'latency') return false;
  const finite = sample.buckets.findLast(([bound]) => bound < overflowBound)?.[1] ?? 0;
  return quantile * (requestsOf(sample) ?? 0) > finite;
}

/** False when a number is missing: JSON and careless providers turn it into NaN or null. */
export function isUsable(sample: Sample): boolean {
  if (sample.kind === 'gauge') return Number.isFinite(sample.value);
  if (sample.kind === 'ratio') return Number.isFinite(sample.bad) && Number.isFinite(sample.total);
  return sample.buckets.every(([bound, count]) => Number.isFinite(bound) && Number.isFinite(count));
}

function add(left: Sample, right: Sample): Sample {
  if (left.kind === 'ratio' && right.kind === 'ratio') {
    return { kind: 'ratio', bad: left.bad + right.bad, total: left.total + right.total };
  }
  if (left.kind === 'latency' && right.kind === 'latency') {
    const counts = new Map(left.buckets);
    for (const [bound, count] of right.buckets) counts.set(bound, (counts.get(bound) ?? 0) + count);
    return { kind: 'latency', buckets: [...counts].sort(([a], [b]) => a - b) };
  }
  return right;
}

function mean(samples: readonly Sample[]): number {
  const values = samples.flatMap((sample) => (sample.kind === 'gauge' ? [sample.value] : []));
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
