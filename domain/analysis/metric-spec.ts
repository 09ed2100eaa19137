/** One metric of a specification: where its numbers come from, and the method that judges them. */

import { z } from 'zod';
import { durationSchema } from '../duration-spec.ts';
import { limitsSchema, type Limits } from './conditions/limits.ts';
import { kayentaSettingsSchema, type KayentaSettings } from './kayenta/settings.ts';
import { directions, sequentialDefaults, type Worse } from './sequential/settings.ts';
import { isBeyond, properShareSchema, shareSchema, worseSchema } from './units.ts';

export const methods = ['sequential', 'threshold', 'kayenta'] as const;
export type Method = (typeof methods)[number];

const { tolerance: leastTolerance, margin: leastMargin } = sequentialDefaults;
/** How many times the weight a critical metric has in the false-alarm budget. */
const criticalWeight = 4;

/** Fields of the sequential method; all may be left out. */
const sequentialFields = {
  tolerance: worseSchema(leastTolerance)
    .optional()
    .describe('Never failed for less than this; 10% and 0.01pp'),
  margin: worseSchema(leastMargin)
    .optional()
    .describe('Never passed when worse than this; 50% and 0.1pp'),
  max: properShareSchema
    .optional()
    .describe('An absolute limit on the share of bad canary requests, instead of a comparison'),
  threshold: durationSchema
    .optional()
    .describe('Latency: requests slower than this are slow, instead of a `quantile`'),
  direction: z.enum(directions).optional().describe('Which change is worse; increase'),
  weight: z.number().positive().max(1000).optional().describe('Share of the alarm budget; 1'),
  critical: z.boolean().optional().describe('Four times the weight'),
  gate: z.boolean().optional().describe('false: it can fail the canary, but need not pass'),
  stratifyBy: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('Label (route, tenant, zone) inside whose values the arms are compared'),
};

/** Fields of the threshold method that compare a window of values with a bound. */
const boundFields = {
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
    .optional()
    .describe('Below this many canary requests in the window there is no evidence; 50'),
  failures: z
    .number()
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe('Breaches in a row that make the verdict `fail`; 2'),
  window: z.number().int().min(1).max(1000).optional().describe('Intervals looked at together; 6'),
};

/** Fields of the threshold method that ask a question of every single value. */
const conditionFields = {
  successCondition: z.string().min(1).max(10_000).optional().describe('CEL, e.g. `result < 0.05`'),
  failureCondition: z.string().min(1).max(10_000).optional().describe('CEL, e.g. `result > 0.1`'),
  count: limitsSchema.shape.count,
  failureLimit: limitsSchema.shape.failureLimit.unwrap().optional(),
  inconclusiveLimit: limitsSchema.shape.inconclusiveLimit.unwrap().optional(),
  consecutiveErrorLimit: limitsSchema.shape.consecutiveErrorLimit.unwrap().optional(),
  consecutiveSuccessLimit: limitsSchema.shape.consecutiveSuccessLimit.unwrap().optional(),
  noData: limitsSchema.shape.noData.unwrap().optional(),
  initialDelay: durationSchema.optional().describe('Values before are not looked at; 0s'),
};

const kayentaFields = {
  kayenta: z
    .strictObject({
      ...kayentaSettingsSchema.shape,
      groups: z.array(z.string().min(1).max(100)).max(20).default([]),
    })
    .optional()
    .describe("Kayenta's own settings of the metric, under Kayenta's names"),
};

const base = {
  name: z.string().min(1).max(100).optional(),
  from: z.string().min(1).describe('Connection name of the metric provider'),
  cumulative: z.boolean().optional().describe('The queries give raw counters'),
  method: z.enum(methods).optional().describe('What judges it; told by the fields otherwise'),
  dryRun: z.boolean().default(false).describe('Judged and shown, but decides nothing'),
  ...sequentialFields,
  ...boundFields,
  ...conditionFields,
  ...kayentaFields,
};

const query = z.string().min(1).max(10_000);
const quantile = properShareSchema.optional().describe('Latency: 0.99');

const writtenSchema = z.union([
  z.strictObject({
    ...base,
    signal: z.enum(['errors', 'latency', 'saturation']),
    source: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe('Whose metrics they are where the provider knows several, e.g. istio'),
    quantile,
  }),
  z.strictObject({ ...base, type: z.literal('ratio'), bad: query, total: query }),
  z.strictObject({
    ...base,
    type: z.literal('latency'),
    buckets: query,
    unit: z.enum(['ms', 's']).optional().describe('Unit of the bounds `le`; default ms'),
    quantile,
  }),
  z.strictObject({ ...base, type: z.literal('gauge'), value: query }),
]);
type Written = z.output<typeof writtenSchema>;

/** What the numbers are; `ratio` counts bad ones of all requests. */
export type MetricKind = 'ratio' | 'latency' | 'gauge';

/** Where the numbers come from. */
type Source =
  | { signal: 'errors' | 'latency' | 'saturation'; source?: string | undefined }
  | { type: 'ratio'; bad: string; total: string }
  | { type: 'latency'; buckets: string; unit?: 'ms' | 's' | undefined }
  | { type: 'gauge'; value: string };

interface Common {
  name: string;
  from: string;
  cumulative?: boolean | undefined;
  /** Judged and shown, but without a say. */
  dryRun: boolean;
  kind: MetricKind;
  /** Of a latency, in (0, 1). */
  quantile: number;
}

export interface SequentialRules {
  judgedBy: 'sequential';
  tolerance: Worse;
  margin: Worse;
  weight: number;
  gate: boolean;
  direction: (typeof directions)[number];
  /** A limit on the share of bad canary requests, in (0, 1). */
  max?: number | undefined;
  /** Milliseconds from which on a request is slow. */
  threshold?: number | undefined;
  stratifyBy?: string | undefined;
}

export interface BoundRules {
  judgedBy: 'bound';
  /** A share, milliseconds or a plain number, by kind. */
  limit?: number | undefined;
  ratioToStable?: number | undefined;
  minRequests: number;
  failures: number;
  window: number;
}

export interface ConditionRules {
  judgedBy: 'conditions';
  successCondition?: string | undefined;
  failureCondition?: string | undefined;
  limits: Limits;
  /** Milliseconds. */
  initialDelay: number;
}

export interface KayentaRules {
  judgedBy: 'kayenta';
  kayenta: KayentaSettings;
  groups: string[];
}

type Judged<Rules> = Common & Source & Rules;
export type SequentialMetricSpec = Judged<SequentialRules>;
export type BoundMetricSpec = Judged<BoundRules>;
export type ConditionMetricSpec = Judged<ConditionRules>;
export type KayentaMetricSpec = Judged<KayentaRules>;
/** One metric; `judgedBy` says by which rules, `kind` what its numbers are. */
export type MetricSpec =
  | SequentialMetricSpec
  | BoundMetricSpec
  | ConditionMetricSpec
  | KayentaMetricSpec;

type Rule = MetricSpec['judgedBy'];

const fieldsOf: Record<Rule, readonly string[]> = {
  sequential: Object.keys(sequentialFields),
  bound: Object.keys(boundFields),
  conditions: Object.keys(conditionFields),
  kayenta: Object.keys(kayentaFields),
};
const methodOf: Record<Rule, Method> = {
  sequential: 'sequential',
  bound: 'threshold',
  conditions: 'threshold',
  kayenta: 'kayenta',
};
/** Fields from which the method is clear without being named. */
const telling: [Rule, readonly string[]][] = [
  ['conditions', ['successCondition', 'failureCondition']],
  ['bound', ['limit', 'ratioToStable']],
  ['kayenta', ['kayenta']],
];

/** Metrics as users write them; without a `method`, and without fields that tell it, `fallback`. */
export function metricSchema() {
  return writtenSchema;
}

/** The metric with its rules, or null after its problems were added to `context`. */
export function readMetric(
  written: Written,
  fallback: Method,
  path: (string | number)[],
  context: z.RefinementCtx,
): MetricSpec | null {
  let sound = true;
  const refuse = (field: string, message: string) => {
    sound = false;
    context.addIssue({ code: 'custom', path: [...path, field], message });
  };
  const rule = ruleOf(written, fallback);
  refuseOthers(written, rule, refuse);
  const common = commonOf(written, refuse);
  const rules = rulesOf[rule](written, common.kind, refuse);
  return sound ? { ...sourceOf(written), ...common, ...rules } : null;
}

type Refuse = (field: string, message: string) => void;

function ruleOf(written: Written, fallback: Method): Rule {
  const told = telling.find(([, fields]) => fields.some((field) => isGiven(written, field)))?.[0];
  if (written.method === undefined) return told ?? (fallback === 'threshold' ? 'bound' : fallback);
  if (written.method !== 'threshold') return written.method;
  return told === 'conditions' ? 'conditions' : 'bound';
}

/** A field of another method would silently do nothing, and somebody relies on it. */
function refuseOthers(written: Written, rule: Rule, refuse: Refuse): void {
  for (const [other, fields] of Object.entries(fieldsOf) as [Rule, readonly string[]][]) {
    if (other === rule) continue;
    for (const field of fields) {
      if (!isGiven(written, field) || fieldsOf[rule].includes(field)) continue;
      const belongs = other === 'conditions' ? 'threshold conditions' : methodOf[other];
      const judged = rule === 'conditions' ? 'threshold conditions' : methodOf[rule];
      refuse(field, `belongs to ${belongs}, but this metric is judged by ${judged}`);
    }
  }
}

function isGiven(written: Written, field: string): boolean {
  return (written as Record<string, unknown>)[field] !== undefined;
}

function commonOf(written: Written, refuse: Refuse): Common {
  const kind = kindOf(written);
  const name = written.name ?? ('signal' in written ? written.signal : undefined);
  if (name === undefined) refuse('name', 'a metric with queries needs a name');
  return {
    name: name ?? '',
    from: written.from,
    ...(written.cumulative === undefined ? {} : { cumulative: written.cumulative }),
    dryRun: written.dryRun,
    kind,
    quantile: ('quantile' in written ? written.quantile : undefined) ?? 0.99,
  };
}

function kindOf(written: Written): MetricKind {
  if (!('signal' in written)) return written.type;
  const kinds = { errors: 'ratio', latency: 'latency', saturation: 'gauge' } as const;
  return kinds[written.signal];
}

function sourceOf(written: Written): Source {
  if ('signal' in written) {
    const { signal, source } = written;
    return source === undefined ? { signal } : { signal, source };
  }
  if (written.type === 'ratio') {
    return { type: 'ratio', bad: written.bad, total: written.total };
  }
  if (written.type === 'gauge') return { type: 'gauge', value: written.value };
  const { buckets, unit } = written;
  return unit === undefined ? { type: 'latency', buckets } : { type: 'latency', buckets, unit };
}

type RuleReader<Rules> = (written: Written, kind: MetricKind, refuse: Refuse) => Rules;

const rulesOf: {
  sequential: RuleReader<SequentialRules>;
  bound: RuleReader<BoundRules>;
  conditions: RuleReader<ConditionRules>;
  kayenta: RuleReader<KayentaRules>;
} = {
  sequential(written, kind, refuse) {
    const { max, threshold, stratifyBy, direction = 'increase' } = written;
    const tolerance = written.tolerance ?? leastTolerance;
    const margin = written.margin ?? leastMargin;
    const needed = { max: 'ratio', threshold: 'latency' } as const;
    for (const [field, only] of Object.entries(needed)) {
      if (isGiven(written, field) && kind !== only) refuse(field, `is for metrics of kind ${only}`);
    }
    if (kind === 'gauge' && stratifyBy !== undefined) refuse('stratifyBy', 'a gauge has no strata');
    if (kind === 'latency' && direction === 'decrease') {
      refuse('direction', 'slow requests can only be too many');
    }
    if (max === undefined && !isBeyond(margin, tolerance)) {
      refuse('margin', 'must be larger than `tolerance`: between the two both answers are right');
    }
    const weight = (written.weight ?? 1) * (written.critical ? criticalWeight : 1);
    const gate = written.gate ?? true;
    const rules = { judgedBy: 'sequential', tolerance, margin, weight, gate, direction } as const;
    return {
      ...rules,
      ...(max === undefined ? {} : { max }),
      ...(threshold === undefined ? {} : { threshold }),
      ...(stratifyBy === undefined ? {} : { stratifyBy }),
    };
  },

  bound(written, kind, refuse) {
    const { ratioToStable, minRequests = 50, failures = 2, window = 6 } = written;
    const limit = parseLimit(written.limit, kind);
    if (limit === null) {
      const example = { ratio: '1%', latency: '300ms', gauge: '0.8' }[kind];
      const message = `"${written.limit}" is no limit for this metric; write for example ${example}`;
      refuse('limit', message);
    }
    if (limit === undefined && ratioToStable === undefined) {
      const both = 'give `limit`, `ratioToStable` or both: without one nothing could fail';
      refuse('limit', `${both} (or conditions, or another method)`);
    }
    return {
      judgedBy: 'bound',
      ...(limit == null ? {} : { limit }),
      ...(ratioToStable === undefined ? {} : { ratioToStable }),
      minRequests,
      failures,
      window,
    };
  },

  conditions(written, _kind, refuse) {
    const { successCondition, failureCondition, initialDelay = 0 } = written;
    const { count, failureLimit, inconclusiveLimit } = written;
    const { consecutiveErrorLimit, consecutiveSuccessLimit, noData } = written;
    const asked = { count, failureLimit, inconclusiveLimit };
    const read = limitsSchema.safeParse({
      ...asked,
      consecutiveErrorLimit,
      consecutiveSuccessLimit,
      noData,
    });
    for (const issue of read.error?.issues ?? []) {
      refuse(String(issue.path[0] ?? 'failureLimit'), issue.message);
    }
    return {
      judgedBy: 'conditions',
      ...(successCondition === undefined ? {} : { successCondition }),
      ...(failureCondition === undefined ? {} : { failureCondition }),
      limits: read.data ?? limitsSchema.parse({}),
      initialDelay,
    };
  },

  kayenta({ kayenta }) {
    const { groups, ...settings } = kayenta ?? { groups: [], ...kayentaSettingsSchema.parse({}) };
    return { judgedBy: 'kayenta', kayenta: settings, groups };
  },
};

/** The limit in the metric's own unit; undefined when there is none, null when it is not valid. */
function parseLimit(
  value: number | string | undefined,
  kind: MetricKind,
): number | null | undefined {
  if (value === undefined) return undefined;
  if (kind === 'ratio') return shareSchema.safeParse(value).data ?? null;
  if (typeof value === 'number') return value;
  if (kind === 'gauge') return null;
  return durationSchema.safeParse(value).data ?? null;
}
