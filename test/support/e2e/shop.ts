/** The sample application of the journeys: its specification, and versions that behave as named. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SpecInput } from '../../../domain/spec.ts';

const artifact = resolve(import.meta.dirname, 'version.mjs');
const digest = createHash('sha256').update(readFileSync(artifact)).digest('hex');

/** How a version behaves; see version.mjs. */
export type Behaviour = 'good' | 'bad' | `bad-after:${number}` | 'never-ready' | 'exits';

export interface SentVersion {
  name: string;
  artifact: string;
  config?: string;
}

/** A version with its digest; the behaviour comes along as its configuration. */
export function aVersion(name: string, behaviour: Behaviour = 'good'): SentVersion {
  return { name, artifact: `${artifact}@sha256:${digest}`, config: behaviour };
}

export interface ShopOptions {
  application?: string;
  /** Where the audience connects to. */
  port: number;
  steps?: number[];
  bake?: { min: string; max: string };
  keepWarm?: string;
  rollback?: SpecInput['rollback'];
  policy?: SpecInput['policy'];
  concurrency?: SpecInput['concurrency'];
  /** CI and a staging environment with two tests. */
  withStaging?: boolean;
  /** How long a version may take to become ready. */
  readyTimeout?: string;
}

/** Two metrics from Envoy itself, looked at twice a second; hold when there is no evidence. */
export function shopSpec(options: ShopOptions): SpecInput {
  const { application = 'shop', port, steps = [20, 50, 100], withStaging = false } = options;
  const { bake = { min: '1s', max: '30s' }, keepWarm = '1s', readyTimeout = '15s' } = options;
  const target = {
    process: {
      command: [process.execPath, '{{artifact}}', '{{config}}'],
      ready: { path: '/health', timeout: readyTimeout },
      stopGrace: '1s',
    },
  };
  const staging = { environment: 'staging', tests };
  return {
    application,
    concurrency: options.concurrency ?? 'queue',
    rollback: options.rollback ?? {},
    environments: {
      ...(withStaging ? { staging: { target } } : {}),
      production: { target, router: { envoy: { port } } },
    },
    ...(withStaging ? { verify, staging } : {}),
    production: {
      waves: [{ environments: ['production'] }],
      strategy: { canary: { steps, bake } },
      keepWarm,
    },
    analysis: {
      interval: '500ms',
      metrics: [
        { signal: 'errors', from: 'envoy', limit: '5%', minRequests: 10 },
        { signal: 'latency', from: 'envoy', quantile: '95%', limit: '2s', minRequests: 10 },
      ],
    },
    policy: options.policy ?? {},
  };
}

const verify = [{ command: { command: [process.execPath, '--check', artifact] } }];

const buysSomething = `
const answer = await fetch(process.env.CANARY_URL + '/checkout', { method: 'POST', body: '{}' });
process.exit(answer.status === 200 ? 0 : 1);`;

const tests = [
  { name: 'smoke', http: { url: '{{canary.url}}/health', expect: { status: 200 } } },
  {
    name: 'purchase',
    command: {
      command: [process.execPath, '--input-type=module', '-e', buysSomething],
      timeout: '30s',
    },
  },
];
