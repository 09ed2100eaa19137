/** The kinds of recorded cases that `crescendo analyze` judges: their fields, and their answers. */

import { z } from 'zod';
import { measureWith } from '../../conditions/measure.ts';
import {
  conclude,
  decide,
  limitsSchema,
  noMeasurements,
  tally,
  type Decision,
  type Measurement,
} from '../../domain/analysis/conditions/limits.ts';
import { isNoData, phases } from '../../domain/analysis/conditions/phase.ts';
import { classifications, judgeMetric } from '../../domain/analysis/kayenta/metric.ts';
import { scoreMetrics } from '../../domain/analysis/kayenta/score.ts';
import { kayentaSettingsSchema } from '../../domain/analysis/kayenta/settings.ts';
import { looks } from '../../domain/analysis/sequential/offline.ts';
import { sequentialInputSchema } from '../../domain/analysis/sequential/offline-input.ts';
import { isRecord } from '../../domain/json.ts';

/** What came of a case: lines of output, and what is worth saying beside them. */
export interface Judged {
  answers: Iterable<object>;
  remark?: string | undefined;
}

interface Kind {
  schema: z.ZodType;
  /** Takes what the schema gives. */
  judge(input: never): Judged;
}

function kind<Schema extends z.ZodType>(
  schema: Schema,
  judge: (input: z.output<Schema>) => Judged,
): Kind {
  return { schema, judge };
}

const id = z.custom<string | number>(
  (value) => typeof value === 'string' || typeof value === 'number',
  'needs a text or a number; it comes back with the answer',
);

const conditions = {
  successCondition: z.string().optional().describe('CEL over `result`'),
  failureCondition: z.string().optional().describe('CEL over `result`'),
};

const conditionCase = z.object({
  id,
  ...conditions,
  value: z.custom<unknown>((value) => value !== undefined, 'is missing: write null where it was'),
});

function judgeCondition({ id, value, ...conditions }: z.output<typeof conditionCase>): Judged {
  const { phase, detail } = measureWith(conditions)(value);
  return { answers: [{ id, phase }], remark: detail };
}

const phase = z
  .string()
  .transform((text) => (text.toLowerCase() === 'nodata' ? 'noData' : text.toLowerCase()))
  .pipe(z.enum([...phases, 'noData']));

const thresholdCase = z.preprocess(
  noDataIntoLimits,
  z.object({
    id,
    ...conditions,
    limits: limitsSchema.prefault({}),
    measurements: z.array(
      z
        .object({ phase: phase.optional(), value: z.unknown().optional() })
        .refine(({ phase, value }) => phase !== undefined || value !== undefined, {
          message: 'give the `phase` of the measurement, or its `value` (null: no data)',
        }),
    ),
  }),
);

/** `noData` belongs to a metric like its conditions do, and is found beside them as well. */
function noDataIntoLimits(input: unknown): unknown {
  if (!isRecord(input) || input['noData'] === undefined) return input;
  const { noData, limits = {} } = input;
  return isRecord(limits) ? { ...input, limits: { noData, ...limits } } : input;
}

function judgeThreshold(input: z.output<typeof thresholdCase>): Judged {
  const measure = measureWith(input);
  const phaseOf = (value: unknown): Measurement => {
    return isNoData(value) ? { phase: 'noData' } : measure(value);
  };
  let seen = noMeasurements;
  let decision: Decision | null = null;
  for (const { phase, value } of input.measurements) {
    seen = tally(seen, phase === undefined ? phaseOf(value) : { phase }, input.limits);
    decision = decide(seen, input.limits);
    if (decision) break;
  }
  return { answers: [{ id: input.id, ...(decision ?? conclude(seen, input.limits)) }] };
}

const arm = z
  .array(z.number().nullable())
  .transform((values) => values.map((value) => value ?? Number.NaN));

const kayentaMetricCase = z.object({
  id,
  control: arm,
  experiment: arm,
  config: kayentaSettingsSchema.prefault({}),
});

function judgeKayentaMetric(input: z.output<typeof kayentaMetricCase>): Judged {
  const { id, control, experiment, config } = input;
  return { answers: [{ id, ...judgeMetric(control, experiment, config) }] };
}

const kayentaScoreCase = z.object({
  id,
  metrics: z.array(
    z.object({
      name: z.string(),
      groups: z.array(z.string()).default([]),
      classification: z.enum(classifications),
      critical: z.boolean().default(false),
      muted: z.boolean().default(false),
    }),
  ),
  groupWeights: z.record(z.string(), z.number().min(0).max(1e6)).default({}),
  thresholds: z.object({ pass: z.number(), marginal: z.number() }),
});

function judgeKayentaScore(input: z.output<typeof kayentaScoreCase>): Judged {
  const { id, metrics, groupWeights, thresholds } = input;
  return { answers: [{ id, ...scoreMetrics(metrics, groupWeights, thresholds) }] };
}

export const kinds: Readonly<Record<string, Kind>> = {
  condition: kind(conditionCase, judgeCondition),
  threshold: kind(thresholdCase, judgeThreshold),
  'kayenta-metric': kind(kayentaMetricCase, judgeKayentaMetric),
  'kayenta-score': kind(kayentaScoreCase, judgeKayentaScore),
  sequential: kind(sequentialInputSchema, (input) => ({ answers: looks(input) })),
};
