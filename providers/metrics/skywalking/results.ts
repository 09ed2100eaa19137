/** Results of MQE as series: values over time, single values, and sorted lists. */

import { pointsOfBuckets, type Buckets } from '../buckets.ts';
import type { Series } from '../contract.ts';
import { toNumber } from '../plain-values.ts';
import { thin } from '../range.ts';
import type { Result } from './schema.ts';

/**
 * Series of a result, or a sentence saying why it has none. Values over time are thinned to the
 * wished distance; a value without a time is of the whole range.
 */
export function toSeries(
  { type, results }: Result,
  buckets: Buckets,
  step: number,
): Series[] | string {
  if (type === 'UNKNOWN' || type === 'RECORD_LIST') {
    return 'the expression gives neither a number nor a time series: only those can be judged';
  }
  if (type === 'TIME_SERIES_VALUES') {
    return results.map((one) => {
      const samples = one.values.map(({ id, value }) => [Number(id), numberOf(value)] as const);
      const points = pointsOfBuckets(samples, buckets.size, buckets);
      return thin({ labels: labelsOf(one), points }, { ...buckets, step });
    });
  }
  if (buckets.to - buckets.from > 2 * Math.max(step, buckets.size)) {
    return 'the expression gives one value for the whole range: for a history leave out sum(), avg() and the like';
  }
  return results.flatMap((one) =>
    one.values.map(({ id, value }) => {
      const name: Series['labels'] = type === 'SORTED_LIST' ? { name: String(id ?? '') } : {};
      const number = numberOf(value);
      const points: Series['points'] = Number.isFinite(number) ? [[buckets.to, number]] : [];
      return { labels: { ...labelsOf(one), ...name }, points };
    }),
  );
}

function labelsOf({ metric }: Result['results'][number]): Series['labels'] {
  return Object.fromEntries((metric?.labels ?? []).map(({ key, value }) => [key, value ?? '']));
}

function numberOf(value: string | number | null | undefined): number {
  return toNumber(value ?? null) ?? NaN;
}
