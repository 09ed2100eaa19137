/** Settings and connection of Dynatrace, and the part of its answer that we read. */

import { z } from 'zod';
import { headerValueSchema, httpUrlSchema } from '../../http-settings.ts';
import { delayField } from '../buckets.ts';

/** The specification has nothing to say: queries come with the metrics. */
export const settingsSchema = z.strictObject({});
export type Settings = z.infer<typeof settingsSchema>;

export const connectionSchema = z.strictObject({
  /** The environment: `https://abc12345.live.dynatrace.com`, or `https://…/e/<id>` when managed. */
  url: httpUrlSchema,
  /** An access token with the scope `metrics.read`; sent as `Api-Token`. */
  token: headerValueSchema,
  /** Milliseconds until Dynatrace has everything of a slot. */
  delayMs: delayField(60_000),
  /** Milliseconds until one query is given up. */
  timeoutMs: z.int().positive().default(10_000),
});
export type Connection = z.infer<typeof connectionSchema>;

const warningsSchema = z.array(z.string()).nullish();

export const answerSchema = z.object({
  /** Set when there are more series than one answer holds. */
  nextPageKey: z.string().nullish(),
  warnings: warningsSchema,
  /** One per metric in the selector. */
  result: z.array(
    z.object({
      metricId: z.string(),
      /** Above 1 when there were more series than Dynatrace reads: it left the others out. */
      dimensionCountRatio: z.number().nullish(),
      /** Above 1 when there were more points than Dynatrace reads. */
      dataPointCountRatio: z.number().nullish(),
      warnings: warningsSchema,
      data: z.array(
        z.object({
          dimensionMap: z.record(z.string(), z.string().nullable()).default({}),
          /** Ends of the slots, epoch milliseconds; the last may lie in the future. */
          timestamps: z.array(z.number()),
          values: z.array(z.number().nullable()),
        }),
      ),
    }),
  ),
});
export type Answer = z.infer<typeof answerSchema>;

/** How every refusal says why. */
export const errorSchema = z.object({
  error: z.object({
    message: z.string(),
    constraintViolations: z
      .array(z.object({ path: z.string().nullish(), message: z.string() }))
      .nullish(),
  }),
});
