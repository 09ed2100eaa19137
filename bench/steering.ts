/** How fast a release turns back: from a person's signal, and from the first request that fails. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { createClient } from '../cli/client.ts';
import type { ReleaseAnswer, SubmitAnswer } from '../cli/answers.ts';
import { startTraffic, type Traffic } from '../demo/traffic.ts';
import { startStack, type Stack } from '../embedded/stack.ts';
import { freePort } from '../embedded/supervisor/ports.ts';
import { actionSignal } from '../workflows/messages.ts';
import { releaseWorkflowId } from '../domain/ids.ts';
import { bareQueue, withBareWorker } from './bare-worker.ts';
import { median, sleep, spread } from './figures.ts';
import { createProviders } from '../providers/index.ts';
import { loadConnections } from '../providers/connections.ts';
import type { Router } from '../providers/routers/contract.ts';

const runs = 12;
const root = process.cwd();

interface Bench {
  stack: Stack;
  api: ReturnType<typeof createClient>;
  temporal: Client;
  router: Router;
  traffic: Traffic;
  number: number;
}

export async function benchSteering(): Promise<string[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'crescendo-bench-'));
  const stack = await startStack({
    dataDir,
    ownTemporal: true,
    workingDirectory: root,
    onProgress: () => {},
  });
  const connection = await Connection.connect({ address: stack.temporalAddress });
  try {
    const bench = await prepare(stack, new Client({ connection }));
    const bare = await withBareWorker(
      stack.temporalAddress,
      async () => {},
      () => repeat(runs, () => bareRoundTrip(bench.temporal)),
    );
    const signal = await repeat(runs, () => signalToZero(bench));
    const breach = await repeat(Math.ceil(runs / 2), () => breachToZero(bench));
    await bench.traffic.stop();
    return [
      spread('bare workflow, signal to the end of one activity', bare),
      spread('release, rollback signal to router at zero', signal),
      `ratio of the medians: ${(median(signal) / median(bare)).toFixed(1)}`,
      spread(
        'first failed request to router at zero (looks every second, 2 failures in a row)',
        breach,
      ),
    ];
  } finally {
    await connection.close();
    await stack.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function prepare(stack: Stack, temporal: Client): Promise<Bench> {
  const api = createClient({
    server: stack.apiUrl,
    token: null,
    actor: 'bench',
    from: 'the bench',
  });
  const port = await freePort();
  const target = {
    process: { command: ['node', '{{artifact}}'], ready: { path: '/health' }, stopGrace: '2s' },
  };
  const router = { envoy: { port } };
  await api.put('/applications/shop', {
    body: {
      application: 'shop',
      environments: { production: { target, router } },
      production: {
        waves: [{ environments: ['production'] }],
        strategy: { canary: { steps: [5, 100], bake: { min: '5m', max: '10m' } } },
        keepWarm: '1s',
      },
      analysis: {
        interval: '1s',
        metrics: [{ signal: 'errors', from: 'envoy', limit: '2%', minRequests: 20 }],
      },
    },
  });
  const providers = createProviders(loadConnections(stack.connections));
  const bench: Bench = {
    stack,
    api,
    temporal,
    router: providers.router({ vendor: 'envoy', settings: { port } }),
    traffic: { counts: () => ({}), firstFailure: () => null, stop: async () => {} },
    number: 0,
  };
  await submit(bench, '1.0.0', '1.0.0');
  await until(bench, ({ rollouts }) => rollouts['production']?.stage === 'bake');
  bench.traffic = startTraffic(port);
  // The first release bakes at 100 %: a person's word ends that.
  await bench.api.post(`/releases/shop:${bench.number}/promote`);
  await until(bench, ({ outcome }) => outcome !== null);
  return bench;
}

async function submit(bench: Bench, name: string, file: string): Promise<void> {
  const artifact = join(import.meta.dirname, '..', 'demo', 'versions', `${file}.js`);
  const body = { version: { name, artifact } };
  const answer = await bench.api.post<SubmitAnswer>('/applications/shop/releases', { body });
  bench.number = answer.number;
}

async function until(
  bench: Bench,
  holds: (release: ReleaseAnswer) => boolean,
): Promise<ReleaseAnswer> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const release = await bench.api.get<ReleaseAnswer>(`/releases/shop:${bench.number}`);
    if (holds(release)) return release;
    if (Date.now() > deadline) throw new Error(`release ${bench.number} stays at ${release.stage}`);
    await sleep(50);
  }
}

async function untilZero(bench: Bench, version: string): Promise<void> {
  const site = { application: 'shop', environment: 'production' };
  const context = { signal: AbortSignal.timeout(60_000), progress: () => {} };
  for (;;) {
    const shares = await bench.router.readShares(site, context);
    if ((shares.find((share) => share.version === version)?.weight ?? 0) === 0) return;
    await sleep(2);
  }
}

async function signalToZero(bench: Bench): Promise<number> {
  const name = `good-${bench.number}`;
  await submit(bench, name, '1.1.0');
  await until(bench, ({ rollouts }) => rollouts['production']?.stage === 'bake');
  await sleep(300);
  const handle = bench.temporal.workflow.getHandle(
    releaseWorkflowId({ application: 'shop', number: bench.number }),
  );
  const began = performance.now();
  await handle.signal(actionSignal('rollback'), { by: 'bench' });
  await untilZero(bench, name);
  const took = performance.now() - began;
  await until(bench, ({ outcome }) => outcome !== null);
  return took;
}

async function breachToZero(bench: Bench): Promise<number> {
  const name = `bad-${bench.number}`;
  await submit(bench, name, '1.2.0');
  await until(bench, ({ rollouts }) => rollouts['production']?.stage === 'bake');
  while (bench.traffic.firstFailure(name) === null) await sleep(2);
  await untilZero(bench, name);
  const took = Date.now() - (bench.traffic.firstFailure(name) ?? 0);
  await until(bench, ({ outcome }) => outcome !== null);
  return took;
}

async function bareRoundTrip(temporal: Client): Promise<number> {
  const workflowId = `bare-${Math.random().toString(36).slice(2)}`;
  const handle = await temporal.workflow.start('signalled', { taskQueue: bareQueue, workflowId });
  await sleep(200);
  const began = performance.now();
  await handle.signal('go');
  await handle.result();
  return performance.now() - began;
}

async function repeat(times: number, measure: () => Promise<number>): Promise<number[]> {
  const values: number[] = [];
  for (let run = 0; run < times; run += 1) values.push(await measure());
  return values;
}
