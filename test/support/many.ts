/** Applications of many environments, and how large the histories of their workflows become. */

import { isGrpcServiceError, type Client } from '@temporalio/client';
import proto from '@temporalio/proto';

import {
  applicationWorkflowId,
  batchWorkflowId,
  releaseWorkflowId,
  rolloutWorkflowId,
} from '../../domain/ids.ts';
import { emptyLedger, recordRollout, recordVersion } from '../../domain/ledger.ts';
import type { Spec } from '../../domain/spec.ts';
import { newGuardian, type Guardian } from '../../workflows/application-state.ts';
import { aProduction, aSpec, aVersion } from './builders.ts';

/** `e-0001` and so on. */
export function manyNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `e-${String(index + 1).padStart(4, '0')}`);
}

/** Waves that grow by three, at most `parallel` rollouts at a time, each with settings of its own. */
export function aLargeSpec(
  application: string,
  count: number,
  production: Parameters<typeof aProduction>[0] = {},
): Spec {
  const names = manyNames(count);
  const places = names.map((name) => {
    const settings = { namespace: `${application}-${name}`, deployment: 'web', region: name };
    return [name, { target: { fake: settings }, router: { fake: settings } }] as const;
  });
  const staging = { target: { fake: {} } };
  return aSpec({
    application,
    environments: { staging, ...Object.fromEntries(places) },
    production: aProduction({
      waves: { from: names, growing: { first: 1, factor: 3 }, parallel: 50 },
      ...production,
    }),
  });
}

/** A guardian that carries over that 1.0.0 is live everywhere. */
export function aSettledGuardian(application: string, count: number): Guardian {
  const at = new Date(0).toISOString();
  const entry = { version: '1.0.0', release: 0, outcome: 'finished' as const, at };
  let ledger = recordVersion(emptyLedger(), aVersion('1.0.0'));
  for (const name of ['staging', ...manyNames(count)]) {
    ledger = recordRollout(ledger, name, entry, '1.0.0');
  }
  return { ...newGuardian(application), ledger };
}

/** Of one workflow. */
export interface HistorySize {
  events: number;
  bytes: number;
}

/** The largest history of each type of workflow in one release, each figure for itself. */
export async function largestHistories(
  client: Client,
  release: { application: string; number: number },
  count: number,
): Promise<Record<'application' | 'release' | 'batch' | 'rollout', HistorySize>> {
  const batches = Array.from({ length: Math.ceil((count + 1) / 50) }, (_, index) => {
    return batchWorkflowId(release, 1, index + 1);
  });
  const rollouts = ['staging', ...manyNames(count)].map((name) => rolloutWorkflowId(release, name));
  return {
    application: await largest(client, [applicationWorkflowId(release.application)]),
    release: await largest(client, [releaseWorkflowId(release)]),
    batch: await largest(client, batches),
    rollout: await largest(client, rollouts),
  };
}

async function largest(client: Client, ids: readonly string[]): Promise<HistorySize> {
  let most = { events: 0, bytes: 0 };
  for (const id of ids) {
    const { events, bytes } = await sizeOf(client, id);
    most = { events: Math.max(most.events, events), bytes: Math.max(most.bytes, bytes) };
  }
  return most;
}

/** Nothing for a workflow that never was. */
async function sizeOf(client: Client, id: string): Promise<HistorySize> {
  try {
    const history = await client.workflow.getHandle(id).fetchHistory();
    const bytes = proto.temporal.api.history.v1.History.encode(history).finish().length;
    return { events: history.events?.length ?? 0, bytes };
  } catch (error) {
    if (isGrpcServiceError(error) && error.details.includes('not found'))
      return { events: 0, bytes: 0 };
    throw error;
  }
}
