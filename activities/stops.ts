/** What stops an application: what its guardian keeps, and what the estate keeps for all of them. */

import type { Client } from '@temporalio/client';
import type { Stops } from '../domain/calendar/hold.ts';
import { withHoldsOfAll } from '../domain/estate.ts';
import { applicationWorkflowId } from '../domain/ids.ts';
import { readEstate } from './estate.ts';
import { lookAt } from './look.ts';

/** @throws when one of them does not answer: no answer is not a yes, so they are asked again */
export async function readStops(client: Client, application: string): Promise<Stops> {
  // A guardian that does not exist stops nothing.
  const nothing = { freezes: [], holds: [] };
  const [own, estate] = await Promise.all([
    lookAt<Stops>(client, applicationWorkflowId(application), 'stops', nothing),
    readEstate(client),
  ]);
  return withHoldsOfAll(own, estate);
}
