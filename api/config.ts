/** Settings of the API, read once from the environment; each with its default and its reason. */

import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { ConnectionOptions } from '@temporalio/client';
import { z } from 'zod';
import { readTokens, type Token } from './tokens.ts';

export interface ApiConfig {
  host: string;
  /** 0: any free port. */
  port: number;
  databaseUrl: string | null;
  temporal: { connection: ConnectionOptions; namespace: string };
  /** Milliseconds until a call to Temporal is given up: without a worker it would wait long. */
  temporalDeadline: number;
  /** Base URL of Temporal Web UI, for links; null shows none. */
  temporalUi: string | null;
  /** Where people reach this server, for links; null: relative links. */
  publicUrl: string | null;
  /** Empty: open, and then on loopback only. */
  tokens: Token[];
  githubWebhookSecret: string | null;
  logLevel: string;
}

const url = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .transform((text) => text.replace(/\/+$/, ''));

const schema = z.object({
  CRESCENDO_API_HOST: z.string().min(1).default('127.0.0.1'),
  CRESCENDO_API_PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  DATABASE_URL: z.string().optional(),
  CRESCENDO_TEMPORAL_DEADLINE_MS: z.coerce.number().int().min(100).max(60_000).default(10_000),
  CRESCENDO_TEMPORAL_UI: url.optional(),
  CRESCENDO_PUBLIC_URL: url.optional(),
  CRESCENDO_TOKEN: z.string().optional(),
  CRESCENDO_TOKENS: z.string().optional(),
  CRESCENDO_TOKENS_FILE: z.string().optional(),
  CRESCENDO_GITHUB_WEBHOOK_SECRET: z.string().optional(),
  CRESCENDO_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info'),
});

/** Throws an Error that names the variable, what is wrong with it, and never its value. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): ApiConfig {
  const set = Object.entries(environment).filter(
    ([, value]) => value !== undefined && value !== '',
  );
  const result = schema.safeParse(Object.fromEntries(set));
  if (!result.success) {
    const list = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new Error(`the settings of the API are not valid: ${list.join('; ')}`);
  }
  const settings = result.data;
  const host = settings.CRESCENDO_API_HOST;
  const tokens = readTokens({
    single: settings.CRESCENDO_TOKEN,
    several: settings.CRESCENDO_TOKENS,
    file: settings.CRESCENDO_TOKENS_FILE,
  });
  if (tokens.length === 0 && !isLoopback(host)) {
    throw new Error(
      `CRESCENDO_API_HOST is ${host}, which others can reach, and there is no token: set CRESCENDO_TOKEN, or keep to 127.0.0.1`,
    );
  }
  return {
    host,
    port: settings.CRESCENDO_API_PORT,
    databaseUrl: settings.DATABASE_URL ?? null,
    temporal: readTemporal(set as [string, string][]),
    temporalDeadline: settings.CRESCENDO_TEMPORAL_DEADLINE_MS,
    temporalUi: settings.CRESCENDO_TEMPORAL_UI ?? null,
    publicUrl: settings.CRESCENDO_PUBLIC_URL ?? null,
    tokens,
    githubWebhookSecret: settings.CRESCENDO_GITHUB_WEBHOOK_SECRET ?? null,
    logLevel: settings.CRESCENDO_LOG_LEVEL,
  };
}

/** True for names and addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function readTemporal(variables: [string, string][]): ApiConfig['temporal'] {
  const overrideEnvVars = Object.fromEntries(variables);
  const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars });
  return { connection: connectionOptions, namespace: namespace ?? 'default' };
}
