/** Envoy's own counters per cluster, scraped from `/stats/prometheus`. */

import { errorCounts, latencyBuckets, level, type SignalSource } from './source.ts';

const breakers =
  '__name__=~"envoy_cluster_circuit_breakers_default_(cx|cx_pool|rq|rq_pending)_open"';

export const envoy: SignalSource = {
  // The cluster that Crescendo's Envoy router makes for a version.
  labels: { envoy_cluster_name: '{{cluster}}' },
  queries: {
    errors: errorCounts(
      'envoy_cluster_upstream_rq_xx{envoy_response_code_class="5",$labels}',
      'envoy_cluster_upstream_rq_completed{$labels}',
    ),
    latency: latencyBuckets('envoy_cluster_upstream_rq_time_bucket{$labels}', 'ms'),
    // 1 where a limit on connections or requests is reached, so that Envoy refuses the next one.
    saturation: level(`max({${breakers},$labels})`),
  },
};
