/** Settings and connection of New Relic, and the part of NerdGraph's answer that we read. */

import { z } from 'zod';
import { headerValueSchema, httpUrlSchema } from '../../http-settings.ts';
import { delayField } from '../buckets.ts';

/** The specification has nothing to say: queries come with the metrics. */
export const settingsSchema = z.strictObject({});
export type Settings = z.infer<typeof settingsSchema>;

export const connectionSchema = z
  .strictObject({
    /** Number of the account that is queried. */
    account: z.coerce.number().int().positive(),
    /** A user key; sent as `API-Key`. */
    apiKey: headerValueSchema,
    /** Where the account's data are kept; `us` by default. */
    region: z.enum(['us', 'eu', 'jp']).optional(),
    /** Instead of `region`: the address of NerdGraph, for a proxy. */
    url: httpUrlSchema.optional(),
    /** Milliseconds until agents have sent everything of a range. */
    delayMs: delayField(30_000),
    /** Milliseconds until one query is given up. */
    timeoutMs: z.int().positive().default(10_000),
  })
  .refine((connection) => !(connection.region && connection.url), {
    message: 'give `region` or `url`, not both',
    path: ['region'],
  });
export type Connection = z.infer<typeof connectionSchema>;

/** One result: `facet` and its attributes, begin and end of its bucket, and a value per function. */
const resultSchema = z.record(z.string(), z.unknown());
export type Result = z.infer<typeof resultSchema>;

export const dataSchema = z.object({
  actor: z.object({
    account: z.object({
      nrql: z.object({
        results: z.array(resultSchema),
        metadata: z
          .object({
            /** Names of the attributes in `FACET`. */
            facets: z.array(z.string()).nullish(),
            /** Warnings. */
            messages: z.array(z.string()).nullish(),
          })
          .nullish(),
      }),
    }),
  }),
});
