/** Reads docker-compose.yml as Compose does: merge keys, `${NAME:?…}` and `${NAME:-…}`, our subset. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

export const root = join(import.meta.dirname, '..', '..');

const conditionSchema = z.strictObject({
  condition: z.enum(['service_started', 'service_healthy', 'service_completed_successfully']),
  restart: z.boolean().optional(),
});

const healthcheckSchema = z.union([
  z.strictObject({ disable: z.literal(true) }),
  z.strictObject({
    test: z.tuple([z.literal('CMD')], z.string()),
    interval: z.string(),
    timeout: z.string(),
    retries: z.int(),
    start_period: z.string(),
  }),
]);

const words = z.array(z.string());

/** Only what we use: a key that is not here is a typo or has to be thought about. */
const serviceSchema = z.strictObject({
  image: z.string(),
  build: z.literal('.').optional(),
  init: z.literal(true).optional(),
  user: z.string().optional(),
  command: words.optional(),
  entrypoint: words.optional(),
  environment: z.record(z.string(), z.string()).default({}),
  depends_on: z.record(z.string(), conditionSchema).default({}),
  network_mode: z
    .string()
    .regex(/^service:/)
    .optional(),
  ports: words.default([]),
  volumes: words.default([]),
  tmpfs: words.optional(),
  read_only: z.literal(true).optional(),
  restart: z.enum(['no', 'unless-stopped']),
  healthcheck: healthcheckSchema.optional(),
  stop_grace_period: z.string().optional(),
  shm_size: z.string().optional(),
  deploy: z.strictObject({ replicas: z.int().min(1) }).optional(),
  cap_drop: words.optional(),
  security_opt: words.optional(),
  logging: z.object({ driver: z.string() }),
});
export type Service = z.output<typeof serviceSchema>;

const composeSchema = z.strictObject({
  name: z.string(),
  services: z.record(z.string(), serviceSchema),
  volumes: z.record(z.string(), z.null()),
  'x-crescendo': z.unknown(),
  'x-worker-environment': z.unknown(),
  'x-worker-healthcheck': z.unknown(),
});
export type Compose = z.output<typeof composeSchema>;

export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/**
 * The file with `variables` filled in.
 * @throws Error that names a variable which is required and missing
 */
export function readCompose(variables: Record<string, string>): Compose {
  return composeSchema.parse(
    fill(parse(readText('docker-compose.yml'), { merge: true }), variables),
  );
}

/** Names of all variables in the file, each with what stands behind it: `?` or `-` and a text. */
export function variablesOf(text: string): Map<string, string> {
  const found = [...text.matchAll(/\$\{([A-Z_]+)(?::([?-][^}]*))?\}/g)];
  return new Map(found.map(([, name = '', rest = '']) => [name, rest]));
}

function fill(value: unknown, variables: Record<string, string>): unknown {
  if (typeof value === 'string') return fillText(value, variables);
  if (Array.isArray(value)) return value.map((item) => fill(item, variables));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, fill(item, variables)]),
  );
}

function fillText(text: string, variables: Record<string, string>): string {
  return text.replace(/\$\{([A-Z_]+)(?::([?-])([^}]*))?\}/g, (_all, name, mark, rest) => {
    const found = variables[name as string];
    if (found) return found;
    if (mark === '-') return rest as string;
    throw new Error(`${name} is missing: ${rest}`);
  });
}
