/** The worker process: everything meets here. */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import {
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import { createActivities } from '../activities/index.ts';
import { openJournal } from '../journal/open.ts';
import { loadConnections } from '../providers/connections.ts';
import { createProviders } from '../providers/index.ts';
import { buildBundle, bundlePath } from './bundle.ts';
import { readWorkerConfig, type WorkerConfig } from './config.ts';
import { linksFor } from './links.ts';
import { registerSearchAttributes } from './search-attributes.ts';

/** Runs until a signal or an error ends it. */
export async function runWorker(config: WorkerConfig): Promise<void> {
  Runtime.install({
    logger: new DefaultLogger(config.logLevel),
    shutdownSignals: ['SIGINT', 'SIGTERM'],
    ...(config.metricsAddress === undefined
      ? {}
      : { telemetryOptions: { metrics: { prometheus: { bindAddress: config.metricsAddress } } } }),
  });
  const journal = await openJournal({ url: config.databaseUrl });
  const { connectionOptions, namespace } = loadClientConnectConfig();
  const connection = await NativeConnection.connect(connectionOptions);
  try {
    const where = namespace ?? config.namespace;
    if (config.runsWorkflows) await registerSearchAttributes(connection, where);
    const client = new Client({ connection, namespace: where });
    const providers = createProviders(loadConnections(config.connectionsFile));
    const activities = createActivities({ providers, journal, client, links: linksFor(config) });
    const worker = await Worker.create({
      connection,
      namespace: where,
      taskQueue: config.taskQueue,
      identity: config.identity,
      activities,
      ...(config.runsWorkflows ? await workflowOptions() : {}),
      ...patience(config),
    });
    await worker.run();
  } finally {
    await connection.close();
    await journal.close();
  }
}

/** A worker of an environment has no workflows: it only holds that environment's credentials. */
async function workflowOptions(): Promise<Pick<WorkerOptions, 'workflowBundle'>> {
  if (existsSync(bundlePath)) return { workflowBundle: { codePath: bundlePath } };
  return { workflowBundle: { code: await buildBundle() } };
}

function patience(config: WorkerConfig): Partial<WorkerOptions> {
  return {
    maxConcurrentActivityTaskExecutions: config.maxActivities,
    shutdownGraceTime: config.shutdownGraceMs,
    // What a bake knows has to reach the server soon: it is what another worker goes on with.
    maxHeartbeatThrottleInterval: '1s',
    defaultHeartbeatThrottleInterval: '1s',
    // So long a killed worker is waited for before another one takes its workflows over.
    stickyQueueScheduleToStartTimeout: '2s',
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runWorker(readWorkerConfig(process.env));
}
