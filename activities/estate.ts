/** Look at the estate: what holds for all applications, as its workflow says. */

import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { emptyEstate, type Estate } from '../domain/estate.ts';
import { estateWorkflowId } from '../domain/ids.ts';
import { pause, withCallContext } from './call-context.ts';
import type { QuickActivities, WatchingActivities } from './contract.ts';

/** Milliseconds between two looks, and until one look is given up and tried again. */
const interval = 1000;
const patience = 5000;

type EstateActivities = Pick<QuickActivities, 'readEstate'> &
  Pick<WatchingActivities, 'watchEstate'>;

export function estateActivities(client: Client): EstateActivities {
  const readEstate = () => read(client);
  return {
    readEstate,
    watchEstate: ({ revision }) =>
      withCallContext(async () => {
        for (;;) {
          const estate = await readEstate();
          if (estate.revision !== revision) return estate;
          await pause(interval);
        }
      }),
  };
}

/** Where nobody has ever decided anything there is no workflow, and nothing is in force. */
async function read(client: Client): Promise<Estate> {
  const handle = client.workflow.getHandle(estateWorkflowId);
  try {
    return await client.withDeadline(Date.now() + patience, () => handle.query<Estate>('estate'));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return emptyEstate();
    throw error;
  }
}
