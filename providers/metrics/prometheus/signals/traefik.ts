/** Traefik 2 and 3: metrics of the service that stands for a version. */

import { errorCounts, latencyBuckets, type SignalSource } from './source.ts';

export const traefik: SignalSource = {
  labels: { service: '{{application}}-{{version}}@file' },
  queries: {
    errors: errorCounts(
      'traefik_service_requests_total{code=~"5..",$labels}',
      'traefik_service_requests_total{$labels}',
    ),
    latency: latencyBuckets('traefik_service_request_duration_seconds_bucket{$labels}', 's'),
  },
};
