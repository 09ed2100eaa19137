/** ingress-nginx (kubernetes/ingress-nginx): canary ingresses, told apart by the label `canary`. */

import { errorCounts, latencyBuckets, type SignalSource } from './source.ts';

const by = 'job, instance, pod, controller_pod';

/**
 * Requests that a canary ingress served carry its upstream's name in `canary`, the others nothing,
 * and both the main ingress in `ingress`: so the arm is what selects, not the version.
 */
function ofArm(selector: string): string {
  const canary = `label_replace(${selector}, "arm", "canary", "canary", ".+")`;
  const either = `label_replace(${canary}, "arm", "stable", "canary", "")`;
  return `${either} * on (arm) group_left label_replace(vector(1), "arm", "{{arm}}", "", "")`;
}

export const ingressNginx: SignalSource = {
  labels: { ingress: '{{application}}' },
  queries: {
    // Also 5xx as one word: what the controller says with --report-status-classes.
    errors: errorCounts(
      ofArm('nginx_ingress_controller_requests{status=~"5..",$labels}'),
      ofArm('nginx_ingress_controller_requests{$labels}'),
      by,
    ),
    latency: latencyBuckets(
      ofArm('nginx_ingress_controller_request_duration_seconds_bucket{$labels}'),
      's',
      by,
    ),
  },
};
