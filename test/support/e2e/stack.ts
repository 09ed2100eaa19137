/** A whole embedded stack for a file of journeys: real processes on free ports, and ways to act on it. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { inject } from 'vitest';
import type { Page, RecordedEntry, ReleaseAnswer, SubmitAnswer } from '../../../cli/answers.ts';
import type { CrescendoEvent, Measurement } from '../../../domain/events.ts';
import type { SpecInput } from '../../../domain/spec.ts';
import type * as stackModule from '../../../embedded/stack.ts';
import type { Stack } from '../../../embedded/stack.ts';
import type { ProcessEvent } from '../../../embedded/supervisor/contract.ts';
import { readWeights, sampleWeights, type Weights, type WeightSampler } from './envoy-weights.ts';
import { processesWritingTo, untilNone, type FoundProcess } from './processes.ts';
import { stablePort } from './ports.ts';
import type { SentVersion } from './shop.ts';

export interface Answer {
  status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of any shape
  body: any;
}

export interface SendOptions {
  key?: string;
  actor?: string;
  /** Instead of JSON, e.g. a specification in YAML. */
  contentType?: string;
}

export interface E2eStack {
  stack: Stack;
  dataDir: string;
  /** What happened to the processes, in order. */
  events: ProcessEvent[];
  sampler: WeightSampler;
  /** One request; statuses are answers, only a server that is away throws. */
  send(method: string, path: string, body?: unknown, options?: SendOptions): Promise<Answer>;
  apply(spec: SpecInput): Promise<void>;
  /** Submits a version; answers the id of its release. */
  release(application: string, version: SentVersion, options?: SendOptions): Promise<string>;
  act(id: string, action: string, body?: object, options?: SendOptions): Promise<Answer>;
  /** Asks for the release until it is as wanted; a server that is away is asked again. */
  until(
    id: string,
    holds: (release: ReleaseAnswer) => boolean,
    ms?: number,
  ): Promise<ReleaseAnswer>;
  /** Waits for an event of the release. */
  untilEvent(
    id: string,
    wanted: (event: CrescendoEvent) => boolean,
    ms?: number,
  ): Promise<CrescendoEvent>;
  ended(id: string, ms?: number): Promise<ReleaseAnswer>;
  entries(id: string): Promise<RecordedEntry[]>;
  measurements(id: string): Promise<Measurement[]>;
  /** Of a site such as `shop_production`, from Envoy itself. */
  weights(site: string): Promise<Weights>;
  /** Versions that run as processes now. */
  versions(): FoundProcess[];
  temporal: Client;
  /** Carried out before the stack is stopped. */
  onStop(task: () => Promise<void>): void;
  /** Ends everything; answers what is still running afterwards, which must be nothing. */
  stop(): Promise<FoundProcess[]>;
}

/**
 * Started and ready; `environment` is added for API and worker, `envoyPort` is that of Envoy's admin
 * interface. `stop` it in the end, also when a test failed.
 */
export async function openStack(
  environment: Record<string, string> = {},
  { envoyPort }: { envoyPort?: number } = {},
): Promise<E2eStack> {
  const module = (await import(
    /* @vite-ignore */ join(inject('built'), 'embedded', 'stack.js')
  )) as typeof stackModule;
  const dataDir = mkdtempSync(join(tmpdir(), 'crescendo-e2e-'));
  const events: ProcessEvent[] = [];
  const progress: string[] = [];
  const stack = await module
    .startStack({
      dataDir,
      ownTemporal: true,
      environment,
      port: await stablePort(),
      uiPort: await stablePort(),
      ports: {
        temporal: await stablePort(),
        envoy: envoyPort ?? (await stablePort()),
        journal: await stablePort(),
      },
      onProgress: (sentence) => void progress.push(sentence),
      onEvent: (event) => void events.push(event),
    })
    .catch((error: unknown) => {
      throw new Error(`the stack did not start, after: ${progress.join('; ')}`, { cause: error });
    });
  const sampler = sampleWeights(stack.envoy.adminUrl);
  const connection = Connection.lazy({ address: stack.temporalAddress });
  const http = createHttp(stack.apiUrl);
  const tasks: (() => Promise<void>)[] = [];
  return {
    stack,
    dataDir,
    events,
    sampler,
    ...http,
    weights: async (site) => (await readWeights(stack.envoy.adminUrl))[site] ?? {},
    versions: () => processesWritingTo(stack.versions),
    temporal: new Client({ connection }),
    onStop: (task) => void tasks.push(task),
    async stop() {
      await Promise.all(tasks.map((task) => task()));
      await sampler.stop();
      await stack.stop();
      await connection.close();
      const left = await untilNone(() => processesWritingTo(dataDir), 5_000);
      for (const { pid } of left) process.kill(pid, 'SIGKILL');
      rmSync(dataDir, { recursive: true, force: true });
      return left;
    },
  };
}

type Http = Pick<
  E2eStack,
  | 'send'
  | 'apply'
  | 'release'
  | 'act'
  | 'until'
  | 'untilEvent'
  | 'ended'
  | 'entries'
  | 'measurements'
>;

const pollMs = 50;

/** The part that needs only the address of the API. */
export function createHttp(apiUrl: string): Http {
  async function send(
    method: string,
    path: string,
    body?: unknown,
    options: SendOptions = {},
  ): Promise<Answer> {
    const { key, actor = 'tester', contentType } = options;
    const answer = await fetch(`${apiUrl}/api/v1${path}`, {
      method,
      headers: {
        'x-crescendo-actor': actor,
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
      },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    return { status: answer.status, body: await answer.json() };
  }

  async function get<T>(path: string): Promise<T> {
    const { status, body } = await send('GET', path);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
    return body as T;
  }

  async function until(
    id: string,
    holds: (release: ReleaseAnswer) => boolean,
    ms = 60_000,
  ): Promise<ReleaseAnswer> {
    return poll(
      () => get<ReleaseAnswer>(`/releases/${id}`),
      (release) => (holds(release) ? release : null),
      ms,
    );
  }

  async function entries(id: string): Promise<RecordedEntry[]> {
    const all: RecordedEntry[] = [];
    for (let after = '0'; ;) {
      const path = `/releases/${id}/timeline?limit=200&after=${after}`;
      const { items, cursor } = await get<Page<RecordedEntry>>(path);
      all.push(...items);
      if (cursor === null) return all;
      after = cursor;
    }
  }

  return {
    send,
    until,
    entries,
    async apply(spec) {
      const { status, body } = await send('PUT', `/applications/${spec.application}`, spec);
      if (status !== 200) throw new Error(`not applied: ${JSON.stringify(body)}`);
    },
    async release(application, version, options) {
      const path = `/applications/${application}/releases`;
      const { status, body } = await send('POST', path, { version }, options);
      if (status !== 202) throw new Error(`not submitted: ${JSON.stringify(body)}`);
      return (body as SubmitAnswer).id;
    },
    act: (id, action, body = {}, options = {}) =>
      send('POST', `/releases/${id}/${action}`, body, options),
    untilEvent: (id, wanted, ms = 60_000) =>
      poll(
        () => entries(id),
        (all) => all.find(({ event }) => wanted(event))?.event ?? null,
        ms,
      ),
    ended: (id, ms) => until(id, ({ stage }) => stage === 'ended', ms),
    async measurements(id) {
      const path = `/releases/${id}/measurements?limit=1000`;
      return (await get<{ items: Measurement[] }>(path)).items;
    },
  };
}

async function poll<T, R>(
  read: () => Promise<T>,
  pick: (value: T) => R | null,
  ms: number,
): Promise<R> {
  const deadline = Date.now() + ms;
  let last: unknown;
  for (;;) {
    try {
      const value = await read();
      const found = pick(value);
      if (found !== null) return found;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) {
      const seen = last instanceof Error ? String(last) : JSON.stringify(last);
      throw new Error(`it did not come to be within ${ms} ms; at last: ${seen.slice(-3000)}`);
    }
    await sleep(pollMs);
  }
}
