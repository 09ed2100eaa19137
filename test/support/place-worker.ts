/** A worker of one environment as in production: its own queue, the real activities, its own credentials. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from '../../activities/index.ts';
import { environmentTaskQueue } from '../../domain/ids.ts';
import type { TrafficShare } from '../../domain/release.ts';
import type { JournalWriter } from '../../journal/contract.ts';
import { createConnections, type Connections } from '../../providers/connections.ts';
import { createProviders, type Providers } from '../../providers/index.ts';
import type { Router } from '../../providers/routers/contract.ts';
import { stopAll } from '../../providers/targets/process/index.ts';

export interface PlaceWorker {
  /** Where the versions of its host are kept. */
  directory: string;
  /** Activities it was given, as `deployVersion eu`. */
  done: string[];
  /** Shares of its own edge, by environment. */
  shares: Record<string, TrafficShare[]>;
  stop(): Promise<void>;
}

/**
 * Worker `name` knows the connections `<name>-host` and `<name>-edge` and no others. Its target is
 * the real one; the edge is kept in memory, behind the same look-up of credentials.
 */
export async function startPlaceWorker(
  address: string,
  name: string,
  journal: JournalWriter,
): Promise<PlaceWorker> {
  const directory = mkdtempSync(join(tmpdir(), `crescendo-${name}-`));
  const edge = { admin: 'http://127.0.0.1:1', directory };
  const connections = createConnections({
    [`${name}-host`]: { vendor: 'process', directory },
    [`${name}-edge`]: { vendor: 'envoy', ...edge },
  });
  const shares: PlaceWorker['shares'] = {};
  const done: string[] = [];
  const connection = await NativeConnection.connect({ address });
  const client = new Client({ connection });
  const providers = withEdge(createProviders(connections), connections, shares);
  const activities = createActivities({ providers, journal, client, links: () => ({}) });
  const worker = await Worker.create({
    connection,
    taskQueue: environmentTaskQueue(name),
    identity: name,
    activities: noted(activities, done),
    shutdownForceTime: '10s',
  });
  const running = worker.run();
  return {
    directory,
    done,
    shares,
    async stop() {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await running;
      await connection.close();
      await stopAll(directory);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function withEdge(
  providers: Providers,
  connections: Connections,
  shares: PlaceWorker['shares'],
): Providers {
  const edge: Router = {
    async setShares({ environment }, versions) {
      return (shares[environment] = versions.map(({ version, weight }) => ({ version, weight })));
    },
    readShares: async ({ environment }) => shares[environment] ?? [],
  };
  return {
    ...providers,
    router(reference) {
      connections.find(String(reference.settings['connection']), reference.vendor);
      return edge;
    },
  };
}

function noted(activities: object, done: string[]): object {
  const entries = Object.entries(activities) as [string, (input: never) => unknown][];
  const wrapped = entries.map(([activity, work]) => [
    activity,
    (input: { place?: { environment: string } }) => {
      done.push(`${activity} ${input.place?.environment ?? ''}`);
      return work(input as never);
    },
  ]);
  return Object.fromEntries(wrapped) as object;
}
