/** Releases per second, beside a bare workflow that runs as many activities. */

import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { buildBundle } from '../worker/bundle.ts';
import { bareQueue, withBareWorker } from './bare-worker.ts';
import { startGuardian, submitNext } from './guardians.ts';
import { withTemporal } from './temporal.ts';
import { activitiesOfWorlds } from './worlds.ts';

const releases = 40;
const atOnce = 20;

/** Release and rollout workflows are real; what they ask of the world is answered at once. */
export function benchThroughput(): Promise<string[]> {
  return withTemporal(async (address) => {
    const connection = await Connection.connect({ address });
    const client = new Client({ connection });
    const { seconds, activities } = await runReleases(client, address);
    const each = Math.round(activities / releases);
    const startBare = (number: number) =>
      client.workflow.execute('sequence', {
        taskQueue: bareQueue,
        workflowId: `bare-${number}`,
        args: [each],
      });
    const bare = await withBareWorker(
      address,
      async () => {},
      () => inBatches(startBare),
    );
    await connection.close();
    return [
      `releases of three steps: ${(releases / seconds).toFixed(1)} a second, ${each} activities each (n=${releases}, ${atOnce} at once)`,
      `bare workflows with ${each} activities: ${(releases / bare).toFixed(1)} a second`,
      `ratio: a release takes ${(seconds / bare).toFixed(1)} times as long`,
    ];
  });
}

async function runReleases(client: Client, address: string) {
  let activities = 0;
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue: 'crescendo',
    workflowBundle: { code: await buildBundle() },
    activities: { ...activitiesOfWorlds(() => void (activities += 1)) },
    maxHeartbeatThrottleInterval: '1s',
    defaultHeartbeatThrottleInterval: '1s',
  });
  const seconds = await worker.runUntil(async () => {
    for (let number = 0; number < releases; number += 1) {
      await startGuardian(client, `shop${number}`);
    }
    return inBatches(async (number) => (await submitNext(client, `shop${number}`)).result());
  });
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
