/** Memory of a worker while many releases bake: the bake activity is real, its providers answer at once. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { bakeActivities } from '../activities/bake.ts';
import { searchAttributes } from '../domain/search-attributes.ts';
import { freePort } from '../embedded/supervisor/ports.ts';
import { startTemporalServer } from '../embedded/temporal-server.ts';
import { resolveTemporal } from '../embedded/toolbox/index.ts';
import type { Providers } from '../providers/index.ts';
import { createFakeWorld } from '../test/support/fake-world.ts';
import { buildBundle } from '../worker/bundle.ts';
import { sleep } from './figures.ts';
import { releaseInput } from './release-input.ts';

const releases = 500;

export async function benchMemory(): Promise<string[]> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const dataDir = await mkdtemp(join(tmpdir(), 'crescendo-bench-'));
  const server = await startTemporalServer({
    binary: (await resolveTemporal()).path,
    dbFile: join(dataDir, 'temporal.db'),
    port: await freePort(),
    uiPort: await freePort(),
    logFile: join(dataDir, 'temporal.log'),
    searchAttributes: Object.fromEntries(
      Object.keys(searchAttributes).map((name) => [name, 'Keyword' as const]),
    ),
  });
  const connection = await NativeConnection.connect({ address: server.address });
  const clientConnection = await Connection.connect({ address: server.address });
  try {
    const world = createFakeWorld();
    const seen = { looks: 0 };
    const journal = {
      append: async () => {},
      appendMeasurements: async () => {
        seen.looks += 1;
      },
    };
    const worker = await Worker.create({
      connection,
      taskQueue: 'crescendo',
      workflowBundle: { code: await buildBundle() },
      activities: { ...world.activities, ...bakeActivities(quietProviders(), journal) },
      maxConcurrentActivityTaskExecutions: 2000,
      maxHeartbeatThrottleInterval: '1s',
    });
    const client = new Client({ connection: clientConnection });
    return await worker.runUntil(async () => {
      const idle = await settledRss();
      for (let first = 0; first < releases; first += 25) {
        await Promise.all(Array.from({ length: 25 }, (_, index) => start(client, first + index)));
      }
      while (seen.looks < releases * 2) await sleep(200);
      const baking = await settledRss();
      return [
        `worker with nothing to do: ${idle} MiB`,
        `worker with ${releases} releases baking, a look every 10 s: ${baking} MiB`,
        `each release: ${(((baking - idle) * 1024) / releases).toFixed(0)} KiB`,
      ];
    });
  } finally {
    await clientConnection.close();
    await connection.close();
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function start(client: Client, number: number) {
  const input = releaseInput(`shop${number}`);
  input.spec.analysis.interval = 10_000;
  return client.workflow.start('release', {
    taskQueue: 'crescendo',
    workflowId: `release:shop${number}:2`,
    args: [input],
  });
}

/** Metrics that are always there, and never good enough for a verdict within the benchmark. */
function quietProviders(): Providers {
  const unused = () => {
    throw new Error('not part of this benchmark');
  };
  let counter = 0;
  const series = () => {
    counter += 50;
    return { labels: {}, points: [[Date.now(), counter] as [number, number]] };
  };
  return {
    target: unused,
    router: unused,
    verifier: unused,
    testRunner: unused,
    notifier: unused,
    metrics: () => ({
      cumulative: true,
      signals: () => ({ errors: { type: 'ratio', bad: 'bad', total: 'total' } }),
      query: async () => ({ kind: 'points', series: [series()] }),
    }),
  };
}

async function settledRss(): Promise<number> {
  await sleep(3000);
  globalThis.gc?.();
  return Math.round(process.memoryUsage.rss() / 1024 / 1024);
}
