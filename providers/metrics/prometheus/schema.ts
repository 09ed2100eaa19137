/** Settings and connection of Prometheus, and the part of its answer that we read. */

import { z } from 'zod';
import { loginFields, oneLogin } from '../../authorization.ts';
import { headerValueSchema, httpUrlSchema } from '../../http-settings.ts';
import { histogramSchema } from './native-histograms.ts';
import { sourceNames } from './signals/index.ts';

/** The specification has nothing to say: queries come with the metrics. */
export const settingsSchema = z.strictObject({});
export type Settings = z.infer<typeof settingsSchema>;

const labelNameSchema = z
  .string()
  .regex(/^[A-Za-z_]\w*$/, 'write a label name such as destination_version');

export const connectionSchema = z
  .strictObject({
    /** Base URL, with the path prefix when there is one: `https://metrics.example.com/prometheus`. */
    url: httpUrlSchema,
    ...loginFields,
    /** Sent as they are, e.g. `X-Scope-OrgID`. */
    headers: z.record(z.string(), headerValueSchema).optional(),
    /** Milliseconds until one query is given up. */
    timeoutMs: z.int().positive().default(10_000),
    /** Whose metrics are meant where a metric does not say: its built-in queries. */
    source: z.enum(sourceNames).optional(),
    /** Of the built-in queries: label → value, `null` to drop it; `=~`, `!=`, `!~` may come first. */
    labels: z.record(labelNameSchema, z.string().nullable()).default({}),
    /** What native histograms are measured in. */
    histogramUnit: z.enum(['s', 'ms']).default('s'),
  })
  .refine(...oneLogin);
export type Connection = z.infer<typeof connectionSchema>;

/** `[seconds, "value"]`; the value is text because JSON has no NaN. */
const sampleSchema = z.tuple([z.number(), z.string()]);
const labelsSchema = z.record(z.string(), z.string());

const histogramSampleSchema = z.tuple([z.number(), histogramSchema]);

/** A series has numbers, native histograms, or first the one and then the other. */
const dataSchema = z.discriminatedUnion('resultType', [
  z.object({
    resultType: z.literal('matrix'),
    result: z.array(
      z.object({
        metric: labelsSchema,
        values: z.array(sampleSchema).default([]),
        histograms: z.array(histogramSampleSchema).default([]),
      }),
    ),
  }),
  z.object({
    resultType: z.literal('vector'),
    result: z.array(
      z.object({
        metric: labelsSchema,
        value: sampleSchema.optional(),
        histogram: histogramSampleSchema.optional(),
      }),
    ),
  }),
  z.object({ resultType: z.literal('scalar'), result: sampleSchema }),
  z.object({ resultType: z.literal('string'), result: sampleSchema }),
]);
export type Data = z.infer<typeof dataSchema>;

export const answerSchema = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('success'),
    data: dataSchema,
    warnings: z.array(z.string()).default([]),
  }),
  z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() }),
]);
