/** What a worker is told by its environment: one typed object, read once at the start. */

import { hostname } from 'node:os';
import { z } from 'zod';
import { defaultTaskQueue, environmentTaskQueue, labelPattern } from '../domain/ids.ts';

const settingsSchema = z.object({
  /** Where the journal is. Without it the worker would forget what happened, so it is required. */
  DATABASE_URL: z.string().min(1, 'set DATABASE_URL to the PostgreSQL database of the journal'),
  /** File with connections: addresses and credentials of providers. */
  CRESCENDO_CONNECTIONS: z.string().optional(),
  /** Names of the environments' workers this process is, e.g. `eu-private`; empty: the default one. */
  CRESCENDO_WORKER: z
    .string()
    .regex(labelPattern, 'use lower-case letters, digits and dashes')
    .optional(),
  /** Base URL of the console, for links in notices. */
  CRESCENDO_PUBLIC_URL: z.string().default('http://127.0.0.1:8080'),
  /** Base URL of Temporal Web UI, for links in notices. */
  CRESCENDO_TEMPORAL_UI: z.string().optional(),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  /** Activities at the same time. A bake holds one for as long as it lasts, and mostly sleeps. */
  CRESCENDO_MAX_ACTIVITIES: z.coerce.number().int().min(1).max(10_000).default(2000),
  /** Milliseconds that activities get to end at a shutdown; what is cut off goes on elsewhere at once. */
  CRESCENDO_SHUTDOWN_GRACE_MS: z.coerce.number().int().min(0).default(1_000),
  CRESCENDO_LOG_LEVEL: z.enum(['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR']).default('INFO'),
  /** Address for the SDK's Prometheus metrics, e.g. 127.0.0.1:9464; empty: none. */
  CRESCENDO_METRICS_ADDRESS: z.string().optional(),
});

export interface WorkerConfig {
  databaseUrl: string;
  connectionsFile: string | undefined;
  /** Activities are taken from this queue; workflows only from the default one. */
  taskQueue: string;
  runsWorkflows: boolean;
  publicUrl: string;
  temporalUi: string | undefined;
  namespace: string;
  maxActivities: number;
  shutdownGraceMs: number;
  logLevel: 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
  metricsAddress: string | undefined;
  identity: string;
}

/** @throws Error that names every variable that is missing or wrong */
export function readWorkerConfig(environment: NodeJS.ProcessEnv): WorkerConfig {
  const result = settingsSchema.safeParse(environment);
  if (!result.success) throw new Error(`worker settings: ${z.prettifyError(result.error)}`);
  const settings = result.data;
  const taskQueue = environmentTaskQueue(settings.CRESCENDO_WORKER ?? null);
  return {
    databaseUrl: settings.DATABASE_URL,
    connectionsFile: settings.CRESCENDO_CONNECTIONS,
    taskQueue,
    runsWorkflows: taskQueue === defaultTaskQueue,
    publicUrl: settings.CRESCENDO_PUBLIC_URL,
    temporalUi: settings.CRESCENDO_TEMPORAL_UI,
    namespace: settings.TEMPORAL_NAMESPACE,
    maxActivities: settings.CRESCENDO_MAX_ACTIVITIES,
    shutdownGraceMs: settings.CRESCENDO_SHUTDOWN_GRACE_MS,
    logLevel: settings.CRESCENDO_LOG_LEVEL,
    metricsAddress: settings.CRESCENDO_METRICS_ADDRESS,
    identity: `${hostname()}:${process.pid}`,
  };
}
