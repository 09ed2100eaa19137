/** Settings and connection of SkyWalking, queries as they are written, and the answers that we read. */

import { z } from 'zod';
import { loginFields, oneLogin } from '../../authorization.ts';
import { headerValueSchema, httpUrlSchema } from '../../http-settings.ts';
import { delayField } from '../buckets.ts';

/** The specification has nothing to say: queries come with the metrics. */
export const settingsSchema = z.strictObject({});
export type Settings = z.infer<typeof settingsSchema>;

const zoneSchema = z.string().regex(/^[+-]\d{4}$/, 'must be an offset such as +0000 or +0530');

export const connectionSchema = z
  .strictObject({
    /** The OAP server: `http://oap.example.com:12800`; `/graphql` is added. */
    url: httpUrlSchema,
    ...loginFields,
    /** Sent as they are. */
    headers: z.record(z.string(), headerValueSchema).optional(),
    /** The server's time zone; it is asked when this is not given. */
    timezone: zoneSchema.optional(),
    /** Milliseconds until the server has written everything of a minute. */
    delayMs: delayField(60_000),
    /** Milliseconds until one query is given up. */
    timeoutMs: z.int().positive().default(10_000),
  })
  .refine(...oneLogin);
export type Connection = z.infer<typeof connectionSchema>;

/** The text of a query: an expression, and what it is about. */
export const querySchema = z.strictObject({
  /** In MQE, e.g. `service_cpm`, `sum(service_cpm)`. */
  expression: z.string().min(1),
  entity: z.strictObject({
    serviceName: z.string().optional(),
    /** False for services that SkyWalking only infers. */
    normal: z.boolean().default(true),
    serviceInstanceName: z.string().optional(),
    endpointName: z.string().optional(),
    processName: z.string().optional(),
    destServiceName: z.string().optional(),
    destNormal: z.boolean().optional(),
    destServiceInstanceName: z.string().optional(),
    destEndpointName: z.string().optional(),
    destProcessName: z.string().optional(),
  }),
});

export const zoneAnswerSchema = z.object({ getTimeInfo: z.object({ timezone: zoneSchema }) });

const valueSchema = z.object({
  /** Start of the minute in epoch milliseconds, a name in a sorted list, null in an aggregate. */
  id: z.union([z.string(), z.number()]).nullish(),
  value: z.union([z.string(), z.number()]).nullish(),
});

export const resultSchema = z.object({
  result: z.object({
    type: z.enum(['UNKNOWN', 'SINGLE_VALUE', 'TIME_SERIES_VALUES', 'SORTED_LIST', 'RECORD_LIST']),
    error: z.string().nullish(),
    results: z.array(
      z.object({
        metric: z
          .object({
            labels: z.array(z.object({ key: z.string(), value: z.string().nullish() })).nullish(),
          })
          .nullish(),
        values: z.array(valueSchema),
      }),
    ),
  }),
});
export type Result = z.infer<typeof resultSchema>['result'];
