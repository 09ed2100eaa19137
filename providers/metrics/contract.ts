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
export type SignalQueries = {
  /** Whether they answer raw counters; what the provider says unless given. */
  cumulative?: boolean;
} & (
  | { type: 'ratio'; bad: string; total: string }
  /** `unit` of the bounds `le`; ms unless given. */
  | { type: 'latency'; buckets: string; unit?: 'ms' | 's' }
  /** One series, comparable between versions whatever their share of the traffic. */
  | { type: 'gauge'; value: string }
);

export interface MetricProvider {
  /** True: answers are raw counters since the start of the thing counted, so take increases. */
  readonly cumulative: boolean;
  /** Never throws for what the provider did; a failure comes back as `kind: 'error'`. */
  query(query: MetricQuery, context: CallContext): Promise<MetricAnswer>;
  /**
   * Optional power: queries for the golden signals, so that users need not write any. `source` names
   * who exports the numbers, where a vendor keeps those of many; unknown or without one: none.
   */
  signals?(
    source: string | undefined,
  ): Partial<Record<'errors' | 'latency' | 'saturation', SignalQueries>>;
  /** Optional power: values of placeholders that only this vendor knows, for one version. */
  templateValues?(site: Site, version: string): Record<string, string>;
}
