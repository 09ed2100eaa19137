/** Settings of the Envoy router, its state files, and the part of `/config_dump` it reads. */

import { resolve } from 'node:path';
import { z } from 'zod';
import { httpUrlSchema } from '../../http-settings.ts';
import { timeSpanSchema } from '../../time-settings.ts';
import { rulesSchema } from '../rules.ts';

export const settingsSchema = z.strictObject({
  /** Port the audience connects to. Sites may share one when their domains differ. */
  port: z.int().min(1).max(65_535).default(10_080),
  /** Address the port is opened on, as Envoy sees it (`0.0.0.0` inside a container). */
  host: z.string().min(1).default('127.0.0.1'),
  /** Host names that belong to this site; `*` is every name no other site has. */
  domains: z.array(z.string().min(1)).min(1).default(['*']),
  /** How long a request may take in all, in milliseconds here; 0 for no limit (streams). */
  timeout: timeSpanSchema.default(15_000),
});
export type EnvoySettings = z.infer<typeof settingsSchema>;

export const connectionSchema = z.strictObject({
  /** Base URL of Envoy's admin interface. */
  admin: httpUrlSchema.transform((url) => url.replace(/\/+$/, '')),
  /** Directory that Envoy watches; every worker that sets shares must be able to write to it. */
  directory: z
    .string()
    .min(1)
    .transform((path) => resolve(path)),
  /** Milliseconds the admin interface may take to answer. */
  timeoutMs: z.int().min(1).max(60_000).default(5_000),
});
export type EnvoyConnection = z.infer<typeof connectionSchema>;

/** What the directory remembers of one site; listeners, routes and clusters are built from it. */
export const siteStateSchema = z.strictObject({
  application: z.string(),
  environment: z.string(),
  /** The newest decision seen; calls of older ones are refused. */
  fence: z.number(),
  settings: settingsSchema.extend({ timeout: z.number() }),
  shares: z.array(
    z.object({ version: z.string(), weight: z.number(), rules: rulesSchema.optional() }),
  ),
  /** Every version that has a cluster: those with a share, and those about to get or lose one. */
  endpoints: z.array(z.object({ version: z.string(), url: z.string() })),
});
export type SiteState = z.infer<typeof siteStateSchema>;

const addressSchema = z.object({
  socket_address: z.object({ address: z.string(), port_value: z.number() }),
});
const errorStateSchema = z.object({ details: z.string().default('no details') }).optional();

const clusterSchema = z.object({
  name: z.string(),
  load_assignment: z.object({
    endpoints: z.array(
      z.object({
        lb_endpoints: z.array(z.object({ endpoint: z.object({ address: addressSchema }) })),
      }),
    ),
  }),
});

const headerSchema = z.object({ header: z.object({ key: z.string(), value: z.string() }) });
const weightedClusterSchema = z.object({
  name: z.string(),
  // Envoy leaves out fields that are 0.
  weight: z.number().default(0),
  response_headers_to_add: z.array(headerSchema).default([]),
});

const mirrorPolicySchema = z.object({
  cluster: z.string(),
  runtime_fraction: z.object({
    default_value: z.object({
      numerator: z.number().default(0),
      denominator: z.enum(['HUNDRED', 'TEN_THOUSAND', 'MILLION']).default('HUNDRED'),
    }),
  }),
});

const headerMatchSchema = z.looseObject({
  name: z.string(),
  string_match: z
    .object({
      exact: z.string().optional(),
      safe_regex: z.object({ regex: z.string() }).optional(),
    })
    .optional(),
});

const routeSchema = z.object({
  match: z.looseObject({ headers: z.array(headerMatchSchema).default([]) }),
  route: z
    .object({
      weighted_clusters: z.object({
        clusters: z.array(weightedClusterSchema),
        use_hash_policy: z.boolean().default(false),
      }),
      hash_policy: z
        .array(z.object({ cookie: z.object({ name: z.string() }).optional() }))
        .default([]),
      request_mirror_policies: z.array(mirrorPolicySchema).default([]),
    })
    .optional(),
  response_headers_to_add: z.array(headerSchema).default([]),
});
export type Route = z.infer<typeof routeSchema>;

const virtualHostSchema = z.object({
  name: z.string(),
  domains: z.array(z.string()),
  routes: z.array(routeSchema),
});
export type VirtualHost = z.infer<typeof virtualHostSchema>;

/** Each element holds one kind of configuration; what we do not read is dropped. */
export const configDumpSchema = z.object({
  configs: z.array(
    z.object({
      dynamic_active_clusters: z
        .array(z.object({ cluster: clusterSchema, error_state: errorStateSchema }))
        .default([]),
      dynamic_listeners: z
        .array(
          z.object({
            // A listener that was refused is told twice, once without its name.
            name: z.string().default(''),
            active_state: z.object({ listener: z.object({ address: addressSchema }) }).optional(),
            error_state: errorStateSchema,
          }),
        )
        .default([]),
      dynamic_route_configs: z
        .array(
          z.object({
            route_config: z
              .object({ name: z.string(), virtual_hosts: z.array(virtualHostSchema).default([]) })
              .optional(),
            error_state: errorStateSchema,
          }),
        )
        .default([]),
    }),
  ),
});
