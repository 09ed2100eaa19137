/** Istio's standard metrics, as the sidecar of the destination reports them. */

import { errorCounts, latencyBuckets, type SignalSource } from './source.ts';

export const istio: SignalSource = {
  labels: {
    reporter: 'destination',
    destination_canonical_service: '{{application}}',
    destination_version: '{{version}}',
  },
  queries: {
    errors: errorCounts(
      'istio_requests_total{response_code=~"5..",$labels}',
      'istio_requests_total{$labels}',
    ),
    latency: latencyBuckets('istio_request_duration_milliseconds_bucket{$labels}', 'ms'),
  },
};
