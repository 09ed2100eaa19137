/** Settings and connection of Wavefront, and the part of its answer that we read. */

import { z } from 'zod';
import { headerValueSchema, httpUrlSchema } from '../../http-settings.ts';
import { delayField } from '../buckets.ts';
import { toNumber } from '../plain-values.ts';

/** The specification has nothing to say: queries come with the metrics. */
export const settingsSchema = z.strictObject({});
export type Settings = z.infer<typeof settingsSchema>;

export const connectionSchema = z.strictObject({
  /** The cluster: `https://example.wavefront.com`. */
  url: httpUrlSchema,
  /** An API token; sent as `Authorization: Bearer …`. */
  token: headerValueSchema,
  /** Milliseconds until proxies have sent everything of a bucket. */
  delayMs: delayField(30_000),
  /** Milliseconds until one query is given up. */
  timeoutMs: z.int().positive().default(10_000),
});
export type Connection = z.infer<typeof connectionSchema>;

/** Numbers; `"NaN"` and `"Infinity"` come as text, because JSON has neither. */
const valueSchema = z.unknown().transform((value, context) => {
  const number = toNumber(value);
  if (number !== undefined) return number;
  context.addIssue({ code: 'custom', message: 'must be a number' });
  return z.NEVER;
});

const textSchema = z.string().nullish();

export const answerSchema = z.object({
  /** Set beside status 200 when the query could not be carried out. */
  errorType: textSchema,
  errorMessage: textSchema,
  warnings: textSchema,
  query: textSchema,
  /** Absent when nothing was found. */
  timeseries: z
    .array(
      z.object({
        label: textSchema,
        host: textSchema,
        tags: z.record(z.string(), z.string()).nullish(),
        /** `[epoch seconds, value]`. */
        data: z.array(z.tuple([z.number(), valueSchema])),
      }),
    )
    .nullish(),
});
export type Answer = z.infer<typeof answerSchema>;
