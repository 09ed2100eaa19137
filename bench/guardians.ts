/** Applications whose first version is live, and releases of the next one by way of their guardians. */

import type { Client } from '@temporalio/client';
import { applicationWorkflowId, releaseWorkflowId } from '../domain/ids.ts';
import { emptyLedger, recordRollout, recordVersion } from '../domain/ledger.ts';
import type { Spec } from '../domain/spec.ts';
import { aSpec, aVersion } from '../test/support/builders.ts';
import type { application } from '../workflows/application.ts';
import { newGuardian, type Guardian } from '../workflows/application-state.ts';
import { submitUpdate } from '../workflows/messages.ts';
import type { release } from '../workflows/release.ts';

const taskQueue = 'crescendo';

/** The guardian of `name`, with 1.0.0 at 100 % everywhere; `changed` is what differs in its specification. */
export async function startGuardian(client: Client, name: string, changed: Partial<Spec> = {}) {
  const guardian = guardianOf(name);
  if (guardian.spec) guardian.spec = { ...guardian.spec, ...changed };
  await client.workflow.start<typeof application>('application', {
    taskQueue,
    workflowId: applicationWorkflowId(name),
    args: [{ application: name, guardian }],
  });
}

/** Submits 1.1.0; resolves when its release exists, with what waits for its end. */
export async function submitNext(client: Client, name: string) {
  const request = {
    version: aVersion('1.1.0'),
    by: { id: 'bench', channel: 'api' as const },
    reason: null,
    idempotencyKey: null,
    quarantineOverride: null,
  };
  const guardian = client.workflow.getHandle(applicationWorkflowId(name));
  const { number } = await guardian.executeUpdate(submitUpdate, { args: [request] });
  const id = releaseWorkflowId({ application: name, number });
  return client.workflow.getHandle<typeof release>(id);
}

function guardianOf(name: string): Guardian {
  const spec = aSpec({ application: name });
  spec.production.keepWarm = 1;
  const at = new Date(0).toISOString();
  const entry = { version: '1.0.0', release: 1, outcome: 'finished' as const, at };
  let ledger = recordVersion(emptyLedger(), aVersion('1.0.0'));
  for (const place of ['staging', 'eu']) ledger = recordRollout(ledger, place, entry, '1.0.0');
  return { ...newGuardian(name), spec, revision: 1, nextRelease: 2, ledger };
}
