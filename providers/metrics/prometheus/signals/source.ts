/** What a source of signals is: queries as data, and the labels that tell versions apart. */

import type { SignalQueries } from '../../contract.ts';

export type Signal = 'errors' | 'latency' | 'saturation';

/** Ready-made queries for what one kind of proxy, mesh or library exports. */
export interface SignalSource {
  /**
   * Label → value, which may have placeholders: the series of one version. Stands in the queries
   * for `$labels`; a connection adds to it, changes it or drops parts of it.
   */
  labels: Record<string, string>;
  queries: Partial<Record<Signal, SignalQueries>>;
}

/** Labels of the process that counts. Increases are taken for each, so that a restart is seen. */
const perProcess = 'job, instance, pod';

/**
 * Raw counters by process. `bad` is 0 for a process that has answered but never with an error:
 * most exporters create the series of a status code with the first such answer.
 */
export function errorCounts(bad: string, total: string, by = perProcess): SignalQueries {
  return {
    type: 'ratio',
    cumulative: true,
    bad: `sum by (${by}) (${bad}) or 0 * sum by (${by}) (${total})`,
    total: `sum by (${by}) (${total})`,
  };
}

/** Raw bucket counters by process. */
export function latencyBuckets(buckets: string, unit: 'ms' | 's', by = perProcess): SignalQueries {
  return { type: 'latency', cumulative: true, unit, buckets: `sum by (${by}, le) (${buckets})` };
}

/** A value as it is now, the same for any share of the traffic. */
export function level(value: string): SignalQueries {
  return { type: 'gauge', cumulative: false, value };
}
