/** Connection of InfluxDB, by InfluxQL or by Flux, and the part of its answers that we read. */

import { z } from 'zod';
import { headerValueSchema, httpUrlSchema } from '../../http-settings.ts';

/** The specification has nothing to say: queries come with the metrics. */
export const settingsSchema = z.strictObject({});
export type Settings = z.infer<typeof settingsSchema>;

export const connectionSchema = z
  .strictObject({
    /** Base URL, with the path prefix when there is one. */
    url: httpUrlSchema,
    /** Queries are InfluxQL, about this database. */
    database: z.string().min(1).optional(),
    /** Of the database; its default one without this. */
    retentionPolicy: z.string().min(1).optional(),
    /** Queries are Flux, in this organisation (InfluxDB 2). */
    org: z.string().min(1).optional(),
    /** Sent as `Authorization: Token …`. */
    token: headerValueSchema.optional(),
    username: z.string().optional(),
    password: z.string().optional(),
    /** Milliseconds until one query is given up. */
    timeoutMs: z.int().positive().default(10_000),
  })
  .refine(({ database, org }) => (database === undefined) !== (org === undefined), {
    message: 'give `database`, for queries in InfluxQL, or `org`, for queries in Flux',
    path: ['database'],
  })
  .refine(({ token, username }) => token === undefined || username === undefined, {
    message: 'give `token` or `username` and `password`, not both',
    path: ['token'],
  })
  .refine(({ retentionPolicy, org }) => retentionPolicy === undefined || org === undefined, {
    message: 'belongs to `database`',
    path: ['retentionPolicy'],
  });
export type Connection = z.infer<typeof connectionSchema>;

/** A cell of the column `time` is epoch milliseconds, because we ask for them. */
const seriesSchema = z.object({
  name: z.string().optional(),
  tags: z.record(z.string(), z.string()).default({}),
  columns: z.array(z.string()),
  values: z.array(z.array(z.union([z.number(), z.string(), z.boolean(), z.null()]))).default([]),
  /** The server has more rows than it may send. */
  partial: z.boolean().default(false),
});
export type InfluxSeries = z.infer<typeof seriesSchema>;

const resultSchema = z.object({
  series: z.array(seriesSchema).default([]),
  /** One statement went wrong; the status is 200 all the same. */
  error: z.string().optional(),
  partial: z.boolean().default(false),
});

export const influxqlAnswerSchema = z.union([
  z.object({ error: z.string() }),
  z.object({ results: z.array(resultSchema) }),
]);
