/** Zeros that Envoy does not show: some statistics of a cluster exist only after the first event. */

import { latencyBuckets } from '../../routers/envoy/bootstrap.ts';
import type { Sample, Selector } from './exposition.ts';

const clusterLabel = 'envoy_cluster_name';

/** Counters per response code and class: a version without errors has none for errors. */
const lateCounter = /^envoy_cluster_(?:(?:internal|external)_)?upstream_rq(?:_xx)?$/;
const lateHistogram = /^envoy_cluster_upstream_rq_time_(bucket|count|sum)$/;

/** The one cluster a selector is about, if it names one. */
export function clusterOf(selector: Selector): string | undefined {
  const matcher = selector.matchers.find(
    ({ label, operator }) => label === clusterLabel && operator === '=',
  );
  return matcher?.value;
}

/**
 * What the selector stands for when nothing matches: zero if Envoy knows the cluster and would have
 * created the statistic with the first event, nothing otherwise.
 */
export function zeroSeries(selector: Selector, samples: Sample[]): Omit<Sample, 'name'>[] {
  const cluster = clusterOf(selector);
  const known = samples.some(({ labels }) => labels[clusterLabel] === cluster);
  if (cluster === undefined || !known) return [];
  const equal = selector.matchers.filter(({ operator }) => operator === '=');
  const labels = Object.fromEntries(equal.map(({ label, value }) => [label, value]));
  if (lateCounter.test(selector.name)) return [{ labels, value: 0 }];
  const part = lateHistogram.exec(selector.name)?.[1];
  if (part !== 'bucket') return part ? [{ labels, value: 0 }] : [];
  return [...latencyBuckets, '+Inf'].map((le) => ({
    labels: { ...labels, le: String(le) },
    value: 0,
  }));
}
