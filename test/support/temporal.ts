/** A real Temporal dev server for tests, and workers on it whose activities are fakes. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { inject } from 'vitest';
import { calendarActivities } from '../../activities/calendar.ts';
import { estateActivities } from '../../activities/estate.ts';
import { groupActivities } from '../../activities/groups.ts';
import { readStops } from '../../activities/stops.ts';
import { defaultTaskQueue } from '../../domain/ids.ts';
import { startTemporalServer } from '../../embedded/temporal-server.ts';
import { resolveTemporal } from '../../embedded/toolbox/index.ts';
import type { JournalWriter } from '../../journal/contract.ts';
import { registerSearchAttributes } from '../../worker/search-attributes.ts';
import { createFakeWorld, type FakeWorld } from './fake-world.ts';
import { freePort } from './ports.ts';

export interface TestTemporal {
  /** `host:port`. */
  address: string;
  stop(): Promise<void>;
}

export interface TestWorker {
  world: FakeWorld;
  stop(): Promise<void>;
}

/** A server of its own in a folder of its own, on `port` when given; `stop` it in the end. */
export async function startTestTemporal(port?: number): Promise<TestTemporal> {
  const directory = mkdtempSync(join(tmpdir(), 'crescendo-temporal-'));
  const { path: binary } = await resolveTemporal();
  const server = await startTemporalServer({
    binary,
    dbFile: join(directory, 'temporal.db'),
    port: port ?? (await freePort()),
    uiPort: await freePort(),
    logFile: join(directory, 'temporal.log'),
    searchAttributes: {},
  });
  return {
    address: server.address,
    async stop() {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

let quiet = false;

/** The real workflows with fake activities; what they record goes into `journal`. */
export async function startTestWorker(
  address: string,
  journal: JournalWriter,
  world: FakeWorld = createFakeWorld(),
): Promise<TestWorker> {
  if (!quiet) {
    const telemetryOptions = { logging: { forward: {}, filter: 'OFF' } };
    Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions, shutdownSignals: [] });
    quiet = true;
  }
  const connection = await NativeConnection.connect({ address });
  await registerSearchAttributes(connection, 'default');
  const record = (entries: Parameters<JournalWriter['append']>[0]) => journal.append(entries);
  const client = new Client({ connection });
  const hands = {
    ...estateActivities(client),
    ...groupActivities(client),
    ...calendarActivities((application) => readStops(client, application)),
  };
  const activities = { ...world.activities, record, ...hands };
  const worker = await Worker.create({
    connection,
    taskQueue: defaultTaskQueue,
    workflowBundle: { codePath: inject('workflowBundle') },
    activities,
    maxHeartbeatThrottleInterval: '200ms',
    shutdownForceTime: '10s',
    shutdownGraceTime: '100ms',
  });
  const running = worker.run();
  return {
    world,
    async stop() {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await running;
      await connection.close();
    },
  };
}
