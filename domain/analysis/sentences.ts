/** Evidence in one sentence a person understands. */

import type { BoundMetricSpec, MetricKind } from './metric-spec.ts';
import type { MetricEvidence } from './verdict.ts';

/** `0.0312` → `3.12 %`, `182.4` → `182 ms`, by the kind of metric. */
export function formatValue(value: number | null, kind: MetricKind): string {
  if (value === null) return 'unknown';
  if (kind === 'ratio') return `${trim(value * 100)} %`;
  if (kind === 'latency') return `${trim(value)} ms`;
  return trim(value);
}

/** Three significant digits, without trailing zeros. */
function trim(value: number): string {
  return Number(value.toPrecision(3)).toString();
}

/** `errors: canary 8.1 % over 310 requests, stable 0.1 %, bound 1 %`. */
export function describeFinding(
  metric: BoundMetricSpec,
  numbers: Omit<MetricEvidence, 'sentence'>,
): string {
  const { canary, stable, bound, requests } = numbers;
  const format = (value: number | null) => formatValue(value, metric.kind);
  const over = requests === null ? '' : ` over ${Math.round(requests)} requests`;
  const compared = stable === null ? '' : `, stable ${format(stable)}`;
  if (numbers.finding === 'tooLittleTraffic' && canary !== null) {
    return `${metric.name}: canary ${format(canary)}${over}, but stable has had too little traffic to compare with`;
  }
  if (numbers.finding === 'tooLittleTraffic') {
    const needs = `needs ${metric.minRequests} requests in ${metric.window} intervals`;
    return `${metric.name}: too little traffic to tell, saw ${Math.round(requests ?? 0)}, ${needs}`;
  }
  if (numbers.finding === 'sickBaseline') {
    const limit = format(metric.limit ?? null);
    return `${metric.name}: stable itself is sick (${format(stable)}, limit ${limit}); canary ${format(canary)}${over}`;
  }
  return `${metric.name}: canary ${format(canary)}${over}${compared}, bound ${format(bound)}`;
}
