/** Connection of Elasticsearch or OpenSearch, what its queries may say, and the part of answers we read. */

import { z } from 'zod';
import { loginFields, oneLogin } from '../../authorization.ts';
import { headerValueSchema, httpUrlSchema } from '../../http-settings.ts';
import { eachNeeded, pathSchema, selectFields } from '../json-path.ts';

/** The specification has nothing to say: queries come with the metrics. */
export const settingsSchema = z.strictObject({});
export type Settings = z.infer<typeof settingsSchema>;

export const connectionSchema = z
  .strictObject({
    /** Base URL, with the path prefix when there is one. */
    url: httpUrlSchema,
    ...loginFields,
    /** Sent as `Authorization: ApiKey …`: the encoded form, as Elasticsearch gives it out. */
    apiKey: headerValueSchema.optional(),
    /** Milliseconds until one query is given up; the server is told to stop it. */
    timeoutMs: z.int().positive().default(10_000),
  })
  .refine(...oneLogin)
  .refine(({ apiKey, token, username }) => !apiKey || (!token && username === undefined), {
    message: 'give `apiKey`, `token` or `username` and `password`, only one of them',
    path: ['apiKey'],
  });
export type Connection = z.infer<typeof connectionSchema>;

/** Aggregations, and what may narrow them. */
const searchSchema = z
  .looseObject({}, 'must be a mapping: the body of a search, with `query` and `aggs`')
  .refine((body) => !('size' in body) && !('timeout' in body), {
    message: 'leave out `size` and `timeout`: documents are not read, and we set the timeout',
  });

const indexSchema = z
  .string('must be text: put it in quotes')
  .regex(/^[^\s/?#\\_-][^\s/?#\\]*$/, 'must be names or patterns of indices, with commas between');

export const querySchema = z.union([
  z
    .strictObject({
      index: indexSchema,
      search: searchSchema,
      ...selectFields,
      /** From the answer to its number, e.g. `$.aggregations.errors.value`. */
      value: pathSchema,
    })
    .refine(...eachNeeded),
  z.strictObject({
    index: indexSchema,
    /** A query in the search language: how many documents match it. */
    count: z.looseObject({}),
  }),
  z.strictObject({
    /** Columns as of SQL: `value`, `time` if there is one, and labels. */
    esql: z.string('must be text').min(1),
  }),
]);
export type Query = z.infer<typeof querySchema>;

/** Fields that say whether the answer is about all of the data. */
export const wholenessSchema = z.looseObject({
  timed_out: z.boolean().default(false),
  is_partial: z.boolean().default(false),
  _shards: z
    .object({
      total: z.number(),
      failed: z.number().default(0),
      failures: z.array(z.object({ reason: z.object({ reason: z.string() }) })).default([]),
    })
    .optional(),
  _clusters: z
    .object({
      skipped: z.number().default(0),
      partial: z.number().default(0),
      failed: z.number().default(0),
    })
    .optional(),
});

export const errorSchema = z.object({
  error: z.union([
    z.string(),
    z
      .object({
        type: z.string(),
        reason: z.string().nullish(),
        root_cause: z.array(z.object({ reason: z.string().nullish() })).default([]),
      })
      .transform(({ type, reason, root_cause: [cause] }) => {
        return `${type}: ${[reason, cause?.reason].filter(Boolean).join(': ')}`;
      }),
  ]),
});

export const countSchema = z.object({ count: z.number() });

export const esqlSchema = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  values: z.array(z.array(z.unknown())),
});
