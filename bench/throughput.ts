/** Releases per second, beside a bare workflow that runs as many activities. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { searchAttributes } from '../domain/search-attributes.ts';
import { freePort } from '../embedded/supervisor/ports.ts';
import { startTemporalServer } from '../embedded/temporal-server.ts';
import { resolveTemporal } from '../embedded/toolbox/index.ts';
import { createFakeWorld } from '../test/support/fake-world.ts';
import { buildBundle } from '../worker/bundle.ts';
import type { release } from '../workflows/release.ts';
import { bareQueue, withBareWorker } from './bare-worker.ts';
import { releaseInput } from './release-input.ts';

const releases = 40;
const atOnce = 20;

/** Release and rollout workflows are real; what they ask of the world is answered at once. */
export async function benchThroughput(): Promise<string[]> {
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
  try {
    const connection = await Connection.connect({ address: server.address });
    const client = new Client({ connection });
    const { seconds, activities } = await runReleases(client, server.address);
    const each = Math.round(activities / releases);
    const bare = await withBareWorker(
      server.address,
      async () => {},
      () =>
        inBatches((number) =>
          client.workflow.execute('sequence', {
            taskQueue: bareQueue,
            workflowId: `bare-${number}`,
            args: [each],
          }),
        ),
    );
    await connection.close();
    return [
      `releases of three steps: ${(releases / seconds).toFixed(1)} a second, ${each} activities each (n=${releases}, ${atOnce} at once)`,
      `bare workflows with ${each} activities: ${(releases / bare).toFixed(1)} a second`,
      `ratio: a release takes ${(seconds / bare).toFixed(1)} times as long`,
    ];
  } finally {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function runReleases(client: Client, address: string) {
  const world = createFakeWorld();
  let activities = 0;
  const counted = Object.entries(world.activities).map(([name, activity]) => [
    name,
    (...args: never[]) => {
      activities += 1;
      return (activity as (...args: never[]) => Promise<unknown>)(...args);
    },
  ]);
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue: 'crescendo',
    workflowBundle: { code: await buildBundle() },
    activities: Object.fromEntries(counted),
  });
  const seconds = await worker.runUntil(() =>
    inBatches((number) =>
      client.workflow.execute<typeof release>('release', {
        taskQueue: 'crescendo',
        workflowId: `release:shop${number}:2`,
        args: [releaseInput(`shop${number}`)],
      }),
    ),
  );
  await connection.close();
  return { seconds, activities };
}

/** Seconds for all of them, so many at a time. */
async function inBatches(start: (number: number) => Promise<unknown>): Promise<number> {
  const began = performance.now();
  for (let first = 0; first < releases; first += atOnce) {
    await Promise.all(Array.from({ length: atOnce }, (_, index) => start(first + index)));
  }
  return (performance.now() - began) / 1000;
}
