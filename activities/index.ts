/** createActivities: the hands, built from the providers and the journal they work with. */

import type { Client } from '@temporalio/client';
import { releaseWorkflowId } from '../domain/ids.ts';
import type { JournalWriter } from '../journal/contract.ts';
import type { Providers } from '../providers/index.ts';
import { bakeActivities } from './bake.ts';
import { calibrationActivities } from './calibration.ts';
import { calendarActivities } from './calendar.ts';
import type { Activities } from './contract.ts';
import { estateActivities } from './estate.ts';
import { groupActivities } from './groups.ts';
import { deploymentActivities } from './deployment.ts';
import { withFailures } from './failures.ts';
import { queueActivities, temporalQueueLook } from './queues.ts';
import { recordActivities, type LinkMaker } from './record.ts';
import { readStops } from './stops.ts';
import { trafficActivities } from './traffic.ts';
import { verificationActivities } from './verification.ts';

export interface Hands {
  providers: Providers;
  journal: JournalWriter;
  client: Client;
  links: LinkMaker;
}

export function createActivities({ providers, journal, client, links }: Hands): Activities {
  return withFailures({
    ...recordActivities(journal, providers, links),
    ...deploymentActivities(providers),
    ...trafficActivities(providers),
    ...verificationActivities(providers),
    ...calibrationActivities(providers),
    ...bakeActivities(providers, journal),
    ...queueActivities(temporalQueueLook(client)),
    ...estateActivities(client),
    ...groupActivities(client),
    ...calendarActivities((application) => readStops(client, application)),
    async isReleaseOpen({ application, release }) {
      const id = releaseWorkflowId({ application, number: release });
      const { status } = await client.workflow.getHandle(id).describe();
      return status.name === 'RUNNING';
    },
  });
}
