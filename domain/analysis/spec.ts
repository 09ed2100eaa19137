/** The `analysis` part of a specification: which metrics are watched, and what counts as worse. */

import { z } from 'zod';
import { durationSchema } from '../duration.ts';

const percentPattern = /^(\d+(?:\.\d+)?)%$/;

/** A share: `1%` or 0.01. */
export const shareSchema = z.union([z.number(), z.string()]).transform((value, context) => {
  const match = typeof value === 'string' ? percentPattern.exec(value) : null;
  const share = match ? Number(match[1]) / 100 : value;
  if (typeof share === 'number' && share >= 0 && share <= 1) return share;
  context.addIssue({ code: 'custom', message: `write a share such as 1% or 0.01, not "${value}"` });
  return z.NEVER;
});

/** What must hold; a metric needs at least one condition. */
const conditions = {
  limit: z
    .union([z.number().min(0), z.string()])
    .optional()
    .describe('The canary must not be above: a share (1%), a latency (300ms) or a plain number'),
  ratioToStable: z
    .number()
    .min(1)
    .optional()
    .describe('The canary must not be above this many times the stable version'),
  minRequests: z
    .number()
    .int()
    .min(1)
    .default(50)
    .describe('Below this many canary requests in the window there is no evidence'),
  failures: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(2)
    .describe('Breaches in a row that make the verdict `fail`'),
  window: z.number().int().min(1).max(1000).default(6).describe('Intervals looked at together'),
};

const base = {
  name: z.string().min(1).max(100).optional(),
  from: z.string().min(1).describe('Connection name of the metric provider'),
  cumulative: z.boolean().optional().describe('The queries give raw counters'),
  ...conditions,
};

const query = z.string().min(1).max(10_000);

const metricSchema = z
  .union([
    z.strictObject({
      ...base,
      signal: z.enum(['errors', 'latency']),
      quantile: shareSchema.default(0.99),
    }),
    z.strictObject({ ...base, type: z.literal('ratio'), bad: query, total: query }),
    z.strictObject({
      ...base,
      type: z.literal('latency'),
      buckets: query,
      unit: z.enum(['ms', 's']).optional().describe('Unit of the bounds `le`; default ms'),
      quantile: shareSchema.default(0.99),
    }),
    z.strictObject({ ...base, type: z.literal('gauge'), value: query }),
  ])
  .transform((metric, context) => {
    const kind =
      'signal' in metric ? (metric.signal === 'errors' ? 'ratio' : 'latency') : metric.type;
    const limit = parseLimit(metric.limit, kind);
    if (limit === null) {
      const example = { ratio: '1%', latency: '300ms', gauge: '0.8' }[kind];
      const message = `"${metric.limit}" is no limit for this metric; write for example ${example}`;
      context.addIssue({ code: 'custom', path: ['limit'], message });
    }
    if (limit === undefined && metric.ratioToStable === undefined) {
      const message = 'give `limit`, `ratioToStable` or both: without one nothing could fail';
      context.addIssue({ code: 'custom', path: ['limit'], message });
    }
    const name = metric.name ?? ('signal' in metric ? metric.signal : undefined);
    if (name === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['name'],
        message: 'a metric with queries needs a name',
      });
    }
    const { limit: _limit, name: _name, ...rest } = metric;
    return { ...rest, name: name ?? '', kind, ...(limit == null ? {} : { limit }) };
  });

export const analysisSchema = z
  .strictObject({
    interval: durationSchema.prefault('10s').describe('Distance of looks at the metrics'),
    metrics: z.array(metricSchema).max(50).default([]),
  })
  .superRefine((analysis, context) => {
    if (analysis.interval < 500) {
      context.addIssue({ code: 'custom', path: ['interval'], message: 'must be at least 500ms' });
    }
    const names = analysis.metrics.map((metric) => metric.name);
    names.forEach((name, index) => {
      if (names.indexOf(name) === index) return;
      const message = `two metrics are called "${name}"`;
      context.addIssue({ code: 'custom', path: ['metrics', index, 'name'], message });
    });
  });

export type AnalysisSpec = z.output<typeof analysisSchema>;
/** One metric; `kind` says how it is judged, `limit` is a share, milliseconds or a plain number. */
export type MetricSpec = AnalysisSpec['metrics'][number];

/** The limit in the metric's own unit; undefined when there is none, null when it is not valid. */
function parseLimit(
  value: number | string | undefined,
  kind: 'ratio' | 'latency' | 'gauge',
): number | null | undefined {
  if (value === undefined) return undefined;
  if (kind === 'ratio') return shareSchema.safeParse(value).data ?? null;
  if (typeof value === 'number') return value;
  if (kind === 'gauge') return null;
  return durationSchema.safeParse(value).data ?? null;
}
