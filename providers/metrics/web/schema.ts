/** Connection of a web metric, and what its query may say. */

import { z } from 'zod';
import { loginFields, oneLogin } from '../../authorization.ts';
import { headerValueSchema, httpUrlSchema } from '../../http-settings.ts';
import { eachNeeded, selectFields } from '../json-path.ts';

/** The specification has nothing to say: queries come with the metrics. */
export const settingsSchema = z.strictObject({});
export type Settings = z.infer<typeof settingsSchema>;

export const connectionSchema = z
  .strictObject({
    /** Base URL; what queries say as `path` comes behind it. */
    url: httpUrlSchema,
    ...loginFields,
    /** Sent as they are, e.g. `X-Api-Key`. */
    headers: z.record(z.string(), headerValueSchema).optional(),
    /** Milliseconds until one query is given up. */
    timeoutMs: z.int().positive().default(10_000),
  })
  .refine(...oneLogin);
export type Connection = z.infer<typeof connectionSchema>;

/** Text only: YAML takes an unquoted version 1.10 for the number 1.1. */
const textSchema = z.string('must be text: put it in quotes');

export const querySchema = z
  .strictObject({
    path: textSchema
      .regex(/^(?:$|\/[^?#]*$)/, 'must begin with / and hold no ? or #: use `parameters`')
      .default(''),
    /** The query string, by name; encoded by us. */
    parameters: z.record(z.string(), textSchema).default({}),
    /** `POST` when there is a body, `GET` otherwise. */
    method: z.enum(['GET', 'POST']).optional(),
    /** Text is sent as it is, everything else as JSON. */
    body: z.json().optional(),
    ...selectFields,
  })
  .refine(...eachNeeded)
  .refine(({ method, body }) => method !== 'GET' || body === undefined, {
    message: 'GET has no body: leave `method` out',
    path: ['method'],
  });
export type Query = z.infer<typeof querySchema>;
