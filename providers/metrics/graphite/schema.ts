/** Connection of Graphite, and the part of its answer that we read. */

import { z } from 'zod';
import { loginFields, oneLogin } from '../../authorization.ts';
import { headerValueSchema, httpUrlSchema } from '../../http-settings.ts';

/** The specification has nothing to say: queries come with the metrics. */
export const settingsSchema = z.strictObject({});
export type Settings = z.infer<typeof settingsSchema>;

export const connectionSchema = z
  .strictObject({
    /** Base URL, with the path prefix when there is one; `/render` comes behind it. */
    url: httpUrlSchema,
    ...loginFields,
    /** Sent as they are, e.g. `X-Org-Id`. */
    headers: z.record(z.string(), headerValueSchema).optional(),
    /** Milliseconds until one query is given up. */
    timeoutMs: z.int().positive().default(10_000),
  })
  .refine(...oneLogin);
export type Connection = z.infer<typeof connectionSchema>;

/** Null where nothing was written, or not yet. Infinite values come as 1e9999, which JSON reads so. */
const valueSchema = z.custom<number | null>((value) => value === null || typeof value === 'number');
/** `[value, seconds]` */
const datapointSchema = z.tuple([valueSchema, z.number()]);

export const answerSchema = z.array(
  z.object({
    target: z.string(),
    /** Since Graphite 1.1. */
    tags: z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).default({}),
    datapoints: z.array(datapointSchema),
  }),
);
export type Answer = z.infer<typeof answerSchema>;
