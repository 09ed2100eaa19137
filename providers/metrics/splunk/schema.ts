/** Settings and connection of Splunk, and the part of an export that we read. */

import { z } from 'zod';
import { loginFields, oneLogin } from '../../authorization.ts';
import { httpUrlSchema } from '../../http-settings.ts';
import { delayField } from '../buckets.ts';

/** The specification has nothing to say: queries come with the metrics. */
export const settingsSchema = z.strictObject({});
export type Settings = z.infer<typeof settingsSchema>;

export const connectionSchema = z
  .strictObject({
    /** The management port: `https://splunk.example.com:8089`. */
    url: httpUrlSchema,
    ...loginFields,
    /** The app whose lookups, macros and field extractions a search uses. */
    app: z
      .string()
      .regex(/^\w[\w.-]*$/, 'must be the name of an app, e.g. search')
      .optional(),
    /** Milliseconds until forwarders have sent everything of a bucket, and it is indexed. */
    delayMs: delayField(30_000),
    /** Milliseconds until one search is given up. */
    timeoutMs: z.int().positive().default(30_000),
  })
  .refine(...oneLogin);
export type Connection = z.infer<typeof connectionSchema>;

export const messagesSchema = z.object({
  messages: z.array(z.object({ type: z.string(), text: z.string() })),
});

/** One line of an export: a row, or messages; an empty result is a last line without a row. */
export const lineSchema = z.union([
  messagesSchema,
  z.object({
    preview: z.boolean(),
    lastrow: z.boolean().optional(),
    /** Fields of a row. Numbers are text; several values are a list. */
    result: z.record(z.string(), z.unknown()).optional(),
  }),
]);
export type Line = z.infer<typeof lineSchema>;
export type Result = Record<string, unknown>;
