/** Bring versions up, ask whether they are ready, retire them. */

import { CrescendoError } from '../domain/errors.ts';
import type { Place } from '../domain/release.ts';
import { shareWords, writeRules } from '../domain/traffic.ts';
import type { Providers } from '../providers/index.ts';
import type { DeployingActivities } from './contract.ts';
import { withCallContext } from './call-context.ts';

type Deployment = Pick<DeployingActivities, 'deployVersion' | 'isVersionReady' | 'retireVersion'>;

export function deploymentActivities(providers: Providers): Deployment {
  return {
    deployVersion: ({ place, version }) =>
      withCallContext((context) =>
        providers.target(place.target).deploy(siteOf(place), version, context),
      ),

    isVersionReady: ({ place, version }) =>
      withCallContext(async (context) => {
        const running = await providers.target(place.target).running(siteOf(place), context);
        return running.some((found) => found.version === version.name && found.ready);
      }),

    retireVersion: ({ place, version }) =>
      withCallContext(async (context) => {
        await refuseWithTraffic(providers, place, version.name, context);
        await providers.target(place.target).retire(siteOf(place), version.name, context);
      }),
  };
}

/** The site of a place: what providers call it. */
export function siteOf({ application, environment }: Place) {
  return { application, environment };
}

/** The last safety catch: whatever the plan said, a version that people are using stays up. */
async function refuseWithTraffic(
  providers: Providers,
  place: Place,
  version: string,
  context: Parameters<Parameters<typeof withCallContext>[0]>[0],
): Promise<void> {
  if (!place.router) return;
  const shares = await providers.router(place.router).readShares(siteOf(place), context);
  const share = shares.find((entry) => entry.version === version);
  if (!share || (share.weight === 0 && writeRules(share.rules) === '')) return;
  const message = `${place.environment} still sends requests to ${shareWords(share)}, so it is not retired`;
  throw new CrescendoError('traffic_not_applied', message);
}
