/** What stops an application: what its guardian keeps, and what the estate keeps for all of them. */

import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Stops } from '../domain/calendar/hold.ts';
import { withHoldsOfAll } from '../domain/estate.ts';
import { applicationWorkflowId } from '../domain/ids.ts';
import { readEstate } from './estate.ts';

/** @throws when one of them does not answer: no answer is not a yes, so they are asked again */
export async function readStops(client: Client, application: string): Promise<Stops> {
  const [own, estate] = await Promise.all([ownStops(client, application), readEstate(client)]);
  return withHoldsOfAll(own, estate);
}

/** A guardian that does not exist stops nothing. */
async function ownStops(client: Client, application: string): Promise<Stops> {
  try {
    return await client.workflow.getHandle(applicationWorkflowId(application)).query('stops');
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { freezes: [], holds: [] };
    throw error;
  }
}
