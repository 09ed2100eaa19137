/** Connection of CloudWatch, what its queries may say, and the part of its answers that we read. */

import { z } from 'zod';
import { httpUrlSchema } from '../../http-settings.ts';
import { timeSpanSchema } from '../../time-settings.ts';

/** The specification has nothing to say: queries come with the metrics. */
export const settingsSchema = z.strictObject({});
export type Settings = z.infer<typeof settingsSchema>;

export const connectionSchema = z
  .strictObject({
    region: z.string().regex(/^[a-z0-9-]+$/, 'must be a region, e.g. eu-central-1'),
    /** Instead of the region's own, e.g. of a private network. */
    endpoint: httpUrlSchema.optional(),
    /** Without keys: what the AWS SDK finds, e.g. the role of the worker's task, pod or machine. */
    accessKeyId: z.string().min(1).optional(),
    secretAccessKey: z.string().min(1).optional(),
    sessionToken: z.string().min(1).optional(),
    /** How long CloudWatch needs until a period is complete; ranges are looked at so much later. */
    delay: timeSpanSchema.prefault('1m'),
    /** How often one query is sent at most, when CloudWatch says that we ask too much or fails. */
    attempts: z.int().min(1).max(10).default(3),
    /** Milliseconds until one query is given up, all attempts and pages together. */
    timeoutMs: z.int().positive().default(20_000),
  })
  .refine((keys) => (keys.accessKeyId === undefined) === (keys.secretAccessKey === undefined), {
    message: 'give `accessKeyId` and `secretAccessKey`, or neither',
    path: ['secretAccessKey'],
  });
export type Connection = z.infer<typeof connectionSchema>;

/** Seconds. Below a minute only for metrics of high resolution. */
const periodSchema = z
  .int()
  .positive()
  .max(86_400)
  .refine((seconds) => [1, 5, 10, 20, 30].includes(seconds) || seconds % 60 === 0, {
    message: 'must be 1, 5, 10, 20, 30 or a multiple of 60 seconds',
  });

/** Text only: YAML takes an unquoted version 1.10 for the number 1.1. */
const textSchema = z.string('must be text: put it in quotes').min(1);

const metricFields = {
  namespace: textSchema,
  metric: textSchema,
  dimensions: z.record(z.string(), textSchema).default({}),
  /** `Sum`, `Average`, `SampleCount`, `p99`, … */
  statistic: textSchema,
};
const metricSchema = z.strictObject(metricFields);
export type Metric = z.infer<typeof metricSchema>;

export const querySchema = z.union([
  z.strictObject({ ...metricFields, period: periodSchema.optional() }),
  z.strictObject({
    /** Metric math, SEARCH or a Metrics Insights query. */
    expression: textSchema,
    /** By the names that the expression uses. */
    metrics: z
      .record(
        z.string().regex(/^[a-z][A-Za-z0-9_]*$/, 'must begin with a small letter'),
        metricSchema,
      )
      .default({}),
    period: periodSchema.optional(),
  }),
]);
export type Query = z.infer<typeof querySchema>;

const resultSchema = z.object({
  Id: z.string(),
  Label: z.string().optional(),
  Timestamps: z.array(z.date()).default([]),
  Values: z.array(z.custom<number>((value) => typeof value === 'number')).default([]),
  StatusCode: z.enum(['Complete', 'PartialData', 'InternalError', 'Forbidden']),
  Messages: z.array(z.object({ Value: z.string().optional() })).default([]),
});
export type Result = z.infer<typeof resultSchema>;

export const answerSchema = z.object({
  MetricDataResults: z.array(resultSchema),
  NextToken: z.string().optional(),
});
