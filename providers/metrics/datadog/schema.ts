/** Settings and connection of Datadog, and the parts of its answers that we read. */

import { z } from 'zod';
import { headerValueSchema, httpUrlSchema } from '../../http-settings.ts';
import { delayField } from '../buckets.ts';

/** The specification has nothing to say: queries come with the metrics. */
export const settingsSchema = z.strictObject({});
export type Settings = z.infer<typeof settingsSchema>;

export const connectionSchema = z
  .strictObject({
    /** Sent as `DD-API-KEY`. */
    apiKey: headerValueSchema,
    /** Sent as `DD-APPLICATION-KEY`; needs the permission `timeseries_query`. */
    applicationKey: headerValueSchema,
    /** The organisation's site, e.g. `datadoghq.eu`, `us5.datadoghq.com`. */
    site: z
      .string()
      .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i, 'must be a site such as datadoghq.com or datadoghq.eu')
      .optional(),
    /** Instead of `site`: the base URL of the API, for a proxy. */
    url: httpUrlSchema.optional(),
    /** `v2` takes the interval from us; `v1` needs `.rollup()` in the query. */
    api: z.enum(['v1', 'v2']).default('v2'),
    /** Milliseconds until agents have sent everything of a bucket. */
    delayMs: delayField(30_000),
    /** Milliseconds until one query is given up. */
    timeoutMs: z.int().positive().default(10_000),
  })
  .refine((connection) => !(connection.site && connection.url), {
    message: 'give `site` or `url`, not both',
    path: ['site'],
  });
export type Connection = z.infer<typeof connectionSchema>;

/** What a query that begins with `{` may say: the attributes of Datadog's own request, less time. */
export const formulaQuerySchema = z.strictObject({
  queries: z.array(z.looseObject({ name: z.string(), data_source: z.string() })).min(1),
  formulas: z.array(z.looseObject({ formula: z.string() })).min(1),
});
export type FormulaQuery = z.infer<typeof formulaQuerySchema>;

/** How every refusal says why. */
export const errorsSchema = z.object({ errors: z.array(z.string()) });

export const answerV2Schema = z.object({
  /** Set when the query could not be carried out. */
  errors: z.string().optional(),
  data: z
    .object({
      attributes: z.object({
        /** Where each bucket starts, epoch milliseconds. */
        times: z.array(z.number()).default([]),
        /** One row per series, one column per time; null where nothing was measured. */
        values: z.array(z.array(z.number().nullable())).default([]),
        series: z
          .array(
            z.object({
              group_tags: z.array(z.string()).nullish(),
              /** Index into the formulas. */
              query_index: z.int().optional(),
            }),
          )
          .default([]),
      }),
    })
    .optional(),
});
export type AnswerV2 = z.infer<typeof answerV2Schema>;

export const answerV1Schema = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('ok'),
    series: z.array(
      z.object({
        tag_set: z.array(z.string()).nullish(),
        /** `host:a,env:b`, or `*` for all. */
        scope: z.string().optional(),
        /** Seconds that a bucket lasts. */
        interval: z.number().positive(),
        /** Start of the bucket in epoch milliseconds, and its value. */
        pointlist: z.array(z.tuple([z.number(), z.number().nullable()])),
      }),
    ),
  }),
  z.object({ status: z.literal('error'), error: z.string() }),
]);
