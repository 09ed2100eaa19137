/** Look at the estate: what holds for all applications, as its workflow says; and speak for it. */

import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { emptyEstate, type Estate } from '../domain/estate.ts';
import { estateWorkflowId } from '../domain/ids.ts';
import { pause, withCallContext } from './call-context.ts';
import type { EstateActivities, QuickActivities, WatchingActivities } from './contract.ts';
import { lookAt } from './look.ts';

/** Milliseconds between two looks. */
const interval = 1000;

/** Releases that are told at the same time. */
const toldAtOnce = 20;

type Hands = Pick<QuickActivities, 'readEstate'> &
  Pick<WatchingActivities, 'watchEstate'> &
  EstateActivities;

export function estateActivities(client: Client): Hands {
  return {
    readEstate: () => readEstate(client),
    watchEstate: ({ revision }) =>
      withCallContext(async () => {
        for (;;) {
          const estate = await readEstate(client);
          if (estate.revision !== revision) return estate;
          await pause(interval);
        }
      }),
    tellReleases: () => withCallContext(() => tellReleases(client)),
  };
}

/** Where nobody has ever decided anything there is no workflow, and nothing is in force. */
export async function readEstate(client: Client): Promise<Estate> {
  const nothing = emptyEstate();
  return { ...nothing, ...(await lookAt(client, estateWorkflowId, 'estate', nothing)) };
}

/** One that cannot be told keeps nobody else from hearing it; all are told again then. */
async function tellReleases(client: Client): Promise<void> {
  const failures: unknown[] = [];
  const tell = (id: string) =>
    client.workflow
      .getHandle(id)
      .signal('calendarChanged')
      .catch((error: unknown) => {
        if (!(error instanceof WorkflowNotFoundError)) failures.push(error);
      });
  let told: Promise<void>[] = [];
  const query = 'WorkflowType = "release" AND ExecutionStatus = "Running"';
  for await (const { workflowId } of client.workflow.list({ query })) {
    told.push(tell(workflowId));
    if (told.length < toldAtOnce) continue;
    await Promise.all(told);
    told = [];
  }
  await Promise.all(told);
  if (failures.length > 0) throw failures[0];
}
