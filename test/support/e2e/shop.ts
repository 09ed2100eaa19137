/** The sample application of the journeys: its specification, and versions that behave as named. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ReleaseAnswer } from '../../../cli/answers.ts';
import { startTraffic, type Traffic } from '../../../demo/traffic.ts';
import type { SpecInput } from '../../../domain/spec.ts';
import { stablePort } from './ports.ts';
import type { E2eStack } from './stack.ts';

const artifact = resolve(import.meta.dirname, 'version.mjs');
const digest = createHash('sha256').update(readFileSync(artifact)).digest('hex');

/** How a version behaves; see version.mjs. */
export type Behaviour =
  | 'good'
  | 'bad'
  | `one-in:${number}`
  | `bad-after:${number}`
  | 'never-ready'
  | 'exits'
  // A file stands for the schema: it is migrated by one version, and others cannot do with that.
  | `migrates:${string}`
  | `fails-after:${string}`
  | `exits-after:${string}`;

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
  /** Where testers connect to; absent: staging has no router. */
  stagingPort?: number;
  /** How long a version may take to become ready. */
  readyTimeout?: string;
}

export interface Shop {
  application: string;
  /** Site in Envoy, and what a release's rollout is about. */
  site: string;
  port: number;
  traffic: Traffic;
  version(name: string, behaviour?: Behaviour): SentVersion;
  /** Submits a version; answers the id of its release. */
  release(name: string, behaviour?: Behaviour): Promise<string>;
  /** Submits a version and waits for its end. */
  releaseToEnd(name: string, behaviour?: Behaviour): Promise<ReleaseAnswer>;
}

/** Requests a second to every shop. */
const rate = 100;

/** An application with version 1.0.0 at 100 %, and steady traffic until the test is over. */
export async function openShop(
  e2e: E2eStack,
  options: Omit<ShopOptions, 'port'> & { application: string },
): Promise<Shop> {
  const { application } = options;
  const port = await stablePort();
  const release = (name: string, behaviour?: Behaviour) =>
    e2e.release(application, aVersion(name, behaviour));
  const shop: Shop = {
    application,
    site: `${application}_production`,
    port,
    traffic: startTraffic(port, rate),
    version: aVersion,
    release,
    releaseToEnd: async (name, behaviour) => e2e.ended(await release(name, behaviour)),
  };
  onTestFinished(() => shop.traffic.stop());
  await e2e.apply(shopSpec({ application, port, bake: { min: '500ms', max: '30s' } }));
  const { outcome, sentence } = await shop.releaseToEnd('1.0.0');
  if (outcome !== 'succeeded') throw new Error(`the first release ended ${outcome}: ${sentence}`);
  await e2e.apply(shopSpec({ ...options, port }));
  return shop;
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
    rollback: { verify: { for: '1s', max: '15s' }, ...options.rollback },
    environments: {
      ...(withStaging ? { staging: { target, ...routerOf(options.stagingPort) } } : {}),
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

function routerOf(port: number | undefined) {
  return port === undefined ? {} : { router: { envoy: { port } } };
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
