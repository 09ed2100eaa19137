/** OpenTelemetry's HTTP semantic conventions, with explicit buckets or as native histograms. */

import { errorCounts, latencyBuckets, level, type SignalSource } from './source.ts';

const by = 'job, instance, pod, service_instance_id';
const duration = 'http_server_request_duration_seconds';
const failed = 'http_response_status_code=~"5.."';
const labels = { service_name: '{{application}}', service_version: '{{version}}' };
const saturation = level(`avg(sum by (${by}) (http_server_active_requests{$labels}))`);

export const opentelemetry: SignalSource = {
  labels,
  queries: {
    errors: errorCounts(`${duration}_count{${failed},$labels}`, `${duration}_count{$labels}`, by),
    latency: latencyBuckets(`${duration}_bucket{$labels}`, 's', by),
    saturation,
  },
};

export const opentelemetryNative: SignalSource = {
  labels,
  queries: {
    errors: errorCounts(
      `histogram_count(${duration}{${failed},$labels})`,
      `histogram_count(${duration}{$labels})`,
      by,
    ),
    // Native histograms have no label `le`; it is made from their buckets when they are read.
    latency: latencyBuckets(`${duration}{$labels}`, 's', by),
    saturation,
  },
};
