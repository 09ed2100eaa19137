/** Memory of a worker while many releases bake: the bake activity is real, its providers answer at once. */

import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { bakeActivities } from '../activities/bake.ts';
import type { Providers } from '../providers/index.ts';
import { aSpec } from '../test/support/builders.ts';
import { buildBundle } from '../worker/bundle.ts';
import { sleep } from './figures.ts';
import { startGuardian, submitNext } from './guardians.ts';
import { withTemporal } from './temporal.ts';
import { activitiesOfWorlds } from './worlds.ts';

const releases = 500;

export function benchMemory(): Promise<string[]> {
  return withTemporal(async (address) => {
    const connection = await NativeConnection.connect({ address });
    const client = new Client({ connection: await Connection.connect({ address }) });
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
      activities: {
        ...activitiesOfWorlds(),
        ...bakeActivities(quietProviders(), journal),
      },
      maxConcurrentActivityTaskExecutions: 2000,
      maxHeartbeatThrottleInterval: '1s',
    });
    const figures = await worker.runUntil(() => measure(client, seen));
    await client.connection.close();
    await connection.close();
    return figures;
  });
}

async function measure(client: Client, seen: { looks: number }): Promise<string[]> {
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
}

async function start(client: Client, number: number) {
  const { analysis } = aSpec();
  const lean = { staging: undefined, verify: [], analysis: { ...analysis, interval: 10_000 } };
  await startGuardian(client, `shop${number}`, lean);
  await submitNext(client, `shop${number}`);
}

/** Metrics that are always there, and never good enough for a verdict within the benchmark. */
function quietProviders(): Providers {
  const unused = () => {
    throw new Error('not part of this benchmark');
  };
  let counter = 0;
  const point = (value: number): [number, number] => [Date.now(), value];
  const requests = () => {
    counter += 50;
    return { labels: {}, points: [point(counter)] };
  };
  const errors = () => ({ labels: {}, points: [point(0)] });
  return {
    target: unused,
    router: unused,
    verifier: unused,
    testRunner: unused,
    notifier: unused,
    metrics: () => ({
      cumulative: true,
      signals: () => ({ errors: { type: 'ratio', bad: 'bad', total: 'total' } }),
      query: async ({ query }) => ({
        kind: 'points',
        series: [query === 'bad' ? errors() : requests()],
      }),
    }),
  };
}

async function settledRss(): Promise<number> {
  await sleep(3000);
  globalThis.gc?.();
  return Math.round(process.memoryUsage.rss() / 1024 / 1024);
}
