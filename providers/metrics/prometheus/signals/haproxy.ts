/** HAProxy's built-in exporter: a backend per application, a server per version. */

import { errorCounts, level, type SignalSource } from './source.ts';

// A server that refuses the connection, breaks off or takes too long has sent no response: HAProxy
// counts its own 502, 503 and 504 at the backend alone, and at the server only these errors.
const outcomes =
  '__name__=~"haproxy_server_(http_responses|connection_errors|response_errors)_total"';

export const haproxy: SignalSource = {
  labels: { proxy: '{{application}}', server: '{{version}}' },
  queries: {
    // The two error counters have no label `code`.
    errors: errorCounts(`{${outcomes},code=~"5xx|",$labels}`, `{${outcomes},$labels}`),
    // No latency: HAProxy exports averages over the last 1024 requests, and no histogram.
    saturation: level(
      'max(haproxy_server_current_sessions{$labels} / haproxy_server_limit_sessions{$labels})',
    ),
  },
};
