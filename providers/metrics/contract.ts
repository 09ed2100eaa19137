/** What every metric provider does: answer one query over a time range. */

import type { CallContext } from '../call.ts';
import type { Site } from '../targets/contract.ts';

/** One query with its placeholders already filled in. */
export interface MetricQuery {
  query: string;
  /** Time range, epoch milliseconds. */
  from: number;
  to: number;
  /** Wished distance of points, in milliseconds. Vendors without ranges answer one point. */
  step: number;
}

/** Points in time order; [epoch milliseconds, value]. NaN and infinities are left out. */
export interface Series {
  labels: Record<string, string>;
  points: [time: number, value: number][];
}

/** The three cases the judge keeps apart. A failed measurement is data, so it is returned. */
export type MetricAnswer =
  | { kind: 'points'; series: Series[] }
  /** The provider answered properly that it has nothing for this query and range. */
  | { kind: 'noData'; detail: string }
  /** It did not answer, or not properly. `retryable` false: the query or the rights are wrong. */
  | { kind: 'error'; detail: string; retryable: boolean; retryAfterMs?: number };

/** Ready-made queries for a golden signal, with `{{application}}`-style placeholders. */
export type SignalQueries =
  | { type: 'ratio'; bad: string; total: string }
  | { type: 'latency'; buckets: string };

export interface MetricProvider {
  /** True: answers are raw counters since the start of the thing counted, so take increases. */
  readonly cumulative: boolean;
  /** Never throws for what the provider did; a failure comes back as `kind: 'error'`. */
  query(query: MetricQuery, context: CallContext): Promise<MetricAnswer>;
  /** Optional power: queries for `signal: errors | latency`, so that users need not write any. */
  signals?(): Partial<Record<'errors' | 'latency', SignalQueries>>;
  /** Optional power: values of placeholders that only this vendor knows, for one version. */
  templateValues?(site: Site, version: string): Record<string, string>;
}
