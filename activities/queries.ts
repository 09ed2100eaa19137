/** A metric's queries, filled in for one version in one place. */

import type { MetricSpec } from '../domain/analysis/spec.ts';
import { CrescendoError } from '../domain/errors.ts';
import { fillTemplate, type TemplateValues } from '../domain/template.ts';
import type { MetricProvider } from '../providers/metrics/contract.ts';
import type { Site } from '../providers/targets/contract.ts';

export interface Arm {
  name: 'canary' | 'stable';
  version: string;
}

/** `cumulative`: they answer raw counters; what the provider says unless given. */
export type Queries = { cumulative?: boolean | undefined } & (
  | { type: 'ratio'; bad: string; total: string }
  | { type: 'latency'; buckets: string; unit?: 'ms' | 's' | undefined }
  | { type: 'gauge'; value: string }
);

/**
 * The specification's own queries, or the provider's for a signal.
 * @throws CrescendoError settings_invalid when the provider has none for the signal
 */
export function queriesOf(metric: MetricSpec, provider: MetricProvider): Queries {
  if (!('signal' in metric)) return metric;
  const queries = provider.signals?.(metric.source)[metric.signal];
  if (queries) return queries;
  const whose = metric.source === undefined ? '' : ` of ${metric.source}`;
  const message = `connection "${metric.from}" has no built-in queries for ${metric.signal}${whose}: write them in the specification`;
  throw new CrescendoError('settings_invalid', message);
}

/** Whether the answers are raw counters, of which increases are taken. */
export function isCumulative(metric: MetricSpec, queries: Queries, provider: MetricProvider) {
  return metric.cumulative ?? queries.cumulative ?? provider.cumulative;
}

/** Fills the placeholders; `step` is the length of an interval in milliseconds. */
export function filler(provider: MetricProvider, site: Site, arm: Arm, step: number) {
  const values: TemplateValues = {
    ...site,
    version: arm.version,
    arm: arm.name,
    interval: `${Math.max(1, Math.round(step / 1000))}s`,
    ...provider.templateValues?.(site, arm.version),
  };
  return (query: string) => fillTemplate(query, values);
}
