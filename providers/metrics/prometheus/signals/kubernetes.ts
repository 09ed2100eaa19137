/** Kubernetes itself: how much of its CPU limit a version uses, whatever stands in front of it. */

import { level, type SignalSource } from './source.ts';

const used = 'sum by (namespace, pod) (rate(container_cpu_usage_seconds_total{container!=""}[2m]))';
const allowed = 'sum by (namespace, pod) (kube_pod_container_resource_limits{resource="cpu"})';
// kube-state-metrics exports pod labels that --metric-labels-allowlist names.
const ofVersion = 'max by (namespace, pod) (kube_pod_labels{$labels})';

export const kubernetes: SignalSource = {
  labels: { label_app: '{{application}}', label_version: '{{version}}' },
  queries: { saturation: level(`avg(${used} / ${allowed} * ${ofVersion})`) },
};
