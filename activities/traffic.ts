/** Set shares, and read back what the router really does. */

import { CrescendoError } from '../domain/errors.ts';
import type { Place, TrafficShare } from '../domain/release.ts';
import { rulesWords, writeRules } from '../domain/traffic.ts';
import type { CallContext } from '../providers/call.ts';
import type { Providers } from '../providers/index.ts';
import type { RoutedVersion } from '../providers/routers/contract.ts';
import { withCallContext } from './call-context.ts';
import type { DeployingActivities, ShiftInput } from './contract.ts';
import { siteOf } from './deployment.ts';

/** Largest difference between wished and read weight that is rounding, in percent. */
const rounding = 0.01;

export function trafficActivities(
  providers: Providers,
): Pick<DeployingActivities, 'shiftTraffic' | 'readTraffic'> {
  return {
    shiftTraffic: (input) => withCallContext((context) => shift(providers, input, context)),
    readTraffic: (place) =>
      withCallContext((context) => routerOf(providers, place).readShares(siteOf(place), context)),
  };
}

async function shift(
  providers: Providers,
  { place, shares, fence }: ShiftInput,
  context: CallContext,
): Promise<TrafficShare[]> {
  const versions = await locate(providers, place, shares, context);
  const router = routerOf(providers, place);
  const seen = await router.setShares(siteOf(place), versions, fence, context);
  const problem = differenceOf(shares, seen);
  if (problem === null) return seen;
  const message = `${place.environment}: the router ${problem}`;
  throw new CrescendoError('traffic_not_applied', message);
}

/** What was asked for and is not there, or is there and was not asked for; null when all is well. */
function differenceOf(
  asked: readonly TrafficShare[],
  seen: readonly TrafficShare[],
): string | null {
  for (const share of asked) {
    const found = seen.find(({ version }) => version === share.version);
    if (Math.abs((found?.weight ?? 0) - share.weight) > rounding) {
      return `does not show ${share.weight} % for ${share.version}`;
    }
  }
  for (const { version } of [...asked, ...seen]) {
    const wished = asked.find((share) => share.version === version)?.rules;
    const found = seen.find((share) => share.version === version)?.rules;
    if (writeRules(wished) === writeRules(found)) continue;
    const missing = rulesWords(wished).join(' and ');
    return missing === ''
      ? `still shows ${rulesWords(found).join(' and ')} for ${version}`
      : `does not show ${missing} for ${version}`;
  }
  return null;
}

/** Where each version answers, asked of the target now: addresses change when versions restart. */
async function locate(
  providers: Providers,
  place: Place,
  shares: readonly TrafficShare[],
  context: CallContext,
): Promise<RoutedVersion[]> {
  const running = await providers.target(place.target).running(siteOf(place), context);
  return shares.flatMap(({ version, weight, rules }) => {
    const found = running.find((entry) => entry.version === version);
    if (found) return [{ version, weight, endpoint: found.endpoint, ...(rules && { rules }) }];
    // One that is on its way out may be gone already; one that shall have traffic may not.
    if (weight === 0 && writeRules(rules) === '') return [];
    const message = `${version} does not run in ${place.environment}, so it cannot have traffic`;
    throw new CrescendoError('version_not_ready', message);
  });
}

function routerOf(providers: Providers, place: Place) {
  if (place.router) return providers.router(place.router);
  throw new CrescendoError('settings_invalid', `${place.environment} has no router`);
}
