/** Bring versions up, ask whether they are ready, retire them. */

import { CrescendoError } from '../domain/errors.ts';
import type { Place } from '../domain/release.ts';
import { shareWords, writeRules } from '../domain/traffic.ts';
import type { Providers } from '../providers/index.ts';
import type { CallContext } from '../providers/call.ts';
import { pause } from '../providers/pause.ts';
import { withCallContext } from './call-context.ts';
import type { DeployingActivities, WatchingActivities, WayBack, WayBackInput } from './contract.ts';

type Deployment = Pick<
  DeployingActivities & WatchingActivities,
  'deployVersion' | 'isVersionReady' | 'checkWayBack' | 'watchWayBack' | 'retireVersion'
>;

/** Between two looks at a way back that is not there, in milliseconds. */
const lookAgain = 5000;

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

    checkWayBack: (input) => withCallContext((context) => wayBack(providers, input, context)),

    watchWayBack: (input) =>
      withCallContext(async (context) => {
        for (;;) {
          const { ready, detail } = await wayBack(providers, input, context);
          if (ready) return;
          context.progress(detail);
          await pause(lookAgain, context.signal);
        }
      }),

    retireVersion: ({ place, version }) =>
      withCallContext(async (context) => {
        await refuseWithTraffic(providers, place, version.name, context);
        await providers.target(place.target).retire(siteOf(place), version.name, context);
      }),
  };
}

async function wayBack(
  providers: Providers,
  { place, version, warm }: WayBackInput,
  context: CallContext,
): Promise<WayBack> {
  const target = providers.target(place.target);
  const running = await target.running(siteOf(place), context);
  const found = running.find((one) => one.version === version.name);
  if (found?.ready) return { ready: true, detail: found.detail };
  if (warm) return { ready: false, detail: found?.detail ?? 'it does not run' };
  const why = (await target.canDeploy?.(siteOf(place), version, context)) ?? null;
  return { ready: why === null, detail: why ?? 'it can be brought up' };
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
