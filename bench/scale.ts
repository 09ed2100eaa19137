/** Releases of many environments: how long they take, and how large their histories become. */

import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { applicationWorkflowId, defaultTaskQueue } from '../domain/ids.ts';
import { unpack } from '../domain/pack.ts';
import { createFakeWorld } from '../test/support/fake-world.ts';
import { aLargeSpec, aSettledGuardian, largestHistories } from '../test/support/many.ts';
import { buildBundle } from '../worker/bundle.ts';
import type { application } from '../workflows/application.ts';
import { applyUpdate, progressQuery } from '../workflows/messages.ts';
import { submitNext } from './guardians.ts';
import { withTemporal } from './temporal.ts';

const by = { id: 'bench', channel: 'api' } as const;

/** All workflows are real, the guardian among them; what they ask of the world is answered at once. */
export function benchScale(environments: readonly number[]): Promise<string[]> {
  return withTemporal(async (address) => {
    const figures: string[] = [];
    for (const count of environments) figures.push(...(await inNewWorld(address, count)));
    return figures;
  });
}

/** The fake world knows environments by their names alone, so every run has one of its own. */
async function inNewWorld(address: string, count: number): Promise<string[]> {
  const connection = await NativeConnection.connect({ address });
  const client = new Client({ connection: await Connection.connect({ address }) });
  const worker = await Worker.create({
    connection,
    taskQueue: defaultTaskQueue,
    workflowBundle: { code: await buildBundle() },
    activities: { ...createFakeWorld().activities },
    maxCachedWorkflows: 2500,
    maxConcurrentWorkflowTaskExecutions: 20,
  });
  const figures = await worker.runUntil(() => measure(client, count));
  await client.connection.close();
  await connection.close();
  return figures;
}

async function measure(client: Client, count: number): Promise<string[]> {
  const name = `shop-${count}`;
  const strategy = { allAtOnce: { bake: { min: '1m', max: '10m' } } };
  const spec = aLargeSpec(name, count, { keepWarm: '1s', strategy });
  const guardian = await client.workflow.start<typeof application>('application', {
    taskQueue: defaultTaskQueue,
    workflowId: applicationWorkflowId(name),
    args: [{ application: name, guardian: aSettledGuardian(name, count) }],
  });
  await guardian.executeUpdate(applyUpdate, { args: [{ spec, by }] });
  const began = performance.now();
  const handle = await submitNext(client, name);
  const { outcome, sentence } = await handle.result();
  const seconds = (performance.now() - began) / 1000;
  const answer = await handle.query(progressQuery);
  const { rollouts } = unpack(answer);
  const there = Object.values(rollouts).filter((rollout) => rollout.outcome === 'finished');
  return [
    `${count} environments, 50 at a time: ${outcome} (${sentence}), ${there.length} rollouts finished, ${seconds.toFixed(0)} s`,
    ...Object.entries(await largestHistories(client, { application: name, number: 1 }, count)).map(
      ([type, { events, bytes }]) => `  ${type}: ${events} events, ${kilo(bytes)}`,
    ),
    `  answer to the query of its progress: ${kilo(JSON.stringify(answer).length)}`,
  ];
}

function kilo(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} kB`;
}
