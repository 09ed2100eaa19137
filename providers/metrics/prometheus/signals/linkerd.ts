/** Linkerd's proxy metrics, inbound, with the pod's labels as linkerd-viz copies them. */

import { errorCounts, latencyBuckets, type SignalSource } from './source.ts';

// Probes of the kubelet pass through the proxy too, and would dilute the errors.
const inbound = 'direction="inbound",route_name!="probe"';

export const linkerd: SignalSource = {
  labels: { app: '{{application}}', version: '{{version}}' },
  queries: {
    errors: errorCounts(
      `response_total{classification="failure",${inbound},$labels}`,
      `response_total{${inbound},$labels}`,
    ),
    latency: latencyBuckets(`response_latency_ms_bucket{${inbound},$labels}`, 'ms'),
  },
};
