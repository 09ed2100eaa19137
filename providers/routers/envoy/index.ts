/** Router Envoy: weighted clusters in files that Envoy watches, read back from its admin port. */

import { CrescendoError } from '../../../domain/errors.ts';
import type { TrafficShare } from '../../../domain/release.ts';
import { writeRules, type RouterPowers } from '../../../domain/traffic.ts';
import type { Vendor } from '../../shelf.ts';
import type { CallContext } from '../../call.ts';
import { pause } from '../../pause.ts';
import type { Site } from '../../targets/contract.ts';
import type { RoutedVersion, Router } from '../contract.ts';
import { findSite, readEnvoy } from './admin.ts';
import type { RunningEnvoy } from './admin.ts';
import { checkFence, checkNeighbours, checkVersions } from './check.ts';
import { parseEndpoint } from './config.ts';
import { openDirectory } from './directory.ts';
import type { Resource } from './directory.ts';
import { clusterName, listenerName } from './names.ts';
import { sharesOf } from './read-routes.ts';
import { connectionSchema, settingsSchema } from './schema.ts';
import type { EnvoyConnection, EnvoySettings, SiteState } from './schema.ts';

/** How long Envoy may take to use what was written; it usually needs a few milliseconds. */
const patienceMs = 10_000;

export const envoy: Vendor<EnvoySettings, EnvoyConnection, Router> & { powers: RouterPowers } = {
  name: 'envoy',
  settings: settingsSchema,
  connection: connectionSchema,
  powers: { granularity: 0.01, header: true, cookie: true, mirror: true, sticky: true },
  create: (settings, connection) => ({
    setShares: (site, versions, fence, context) =>
      setShares({ settings, connection, site, fence }, versions, context),
    async readShares(site, { signal }) {
      return sharesOf(findSite(await readEnvoy(connection, signal), site));
    },
  }),
};

interface Where {
  settings: EnvoySettings;
  connection: EnvoyConnection;
  site: Site;
  fence: number;
}

async function setShares(
  where: Where,
  versions: RoutedVersion[],
  context: CallContext,
): Promise<TrafficShare[]> {
  checkVersions(versions);
  await readEnvoy(where.connection, context.signal);
  const wanted = wantedState(where, versions);
  const directory = openDirectory(where.connection.directory);
  const change = (resource: Resource, next: NextState) =>
    directory.change(where.site, resource, context.signal, (old, others) => {
      checkFence(where.site, where.fence, old);
      checkNeighbours(where.site, where.settings, others);
      return next(old);
    });

  await change('clusters', (old) => besideOld(wanted, old));
  await shown(where, 'the clusters', context, (running) => hasClusters(running, wanted));
  await change('routes', (old) => ({ ...wanted, endpoints: endpointsOf(old, wanted) }));
  const running = await shown(where, 'the weights', context, (seen) => hasShares(seen, wanted));
  await change('clusters', () => wanted);
  return sharesOf(findSite(running, where.site, where.settings.port));
}

type NextState = (old: SiteState | undefined) => SiteState;

function wantedState({ settings, site, fence }: Where, versions: RoutedVersion[]): SiteState {
  return {
    application: site.application,
    environment: site.environment,
    fence,
    settings,
    shares: versions.map(({ endpoint: _endpoint, ...share }) => share),
    endpoints: versions.map(({ version, endpoint }) => ({ version, url: endpoint.url })),
  };
}

/** The site as it is, with the clusters of what it shall be beside those it has. */
function besideOld(wanted: SiteState, old: SiteState | undefined): SiteState {
  const current = old ?? { ...wanted, shares: [] };
  return { ...current, fence: wanted.fence, endpoints: endpointsOf(old, wanted) };
}

/** What has a cluster while shares change: everything old and everything new. */
function endpointsOf(old: SiteState | undefined, wanted: SiteState): SiteState['endpoints'] {
  const coming = new Set(wanted.endpoints.map(({ version }) => version));
  const going = old?.endpoints.filter(({ version }) => !coming.has(version)) ?? [];
  return [...going, ...wanted.endpoints];
}

function hasClusters(running: RunningEnvoy, wanted: SiteState): boolean {
  return wanted.endpoints.every(({ version, url }) => {
    const { address, port } = parseEndpoint(url);
    return running.clusters.get(clusterName(wanted, version)) === `${address}:${port}`;
  });
}

function hasShares(running: RunningEnvoy, wanted: SiteState): boolean {
  const { host, port, domains } = wanted.settings;
  if (running.listeners.get(listenerName(port)) !== `${host}:${port}`) return false;
  const found = findSite(running, wanted, port);
  if (!found || found.domains.join() !== domains.join()) return false;
  return showShares(sharesOf(found)) === showShares(wanted.shares);
}

/** Looks again until `isShown`; says why not when the time is over. */
async function shown(
  { connection }: Where,
  what: string,
  context: CallContext,
  isShown: (running: RunningEnvoy) => boolean,
): Promise<RunningEnvoy> {
  const deadline = Date.now() + patienceMs;
  for (let wait = 10; ; wait = Math.min(wait * 2, 250)) {
    const running = await readEnvoy(connection, context.signal);
    if (isShown(running)) return running;
    if (Date.now() > deadline) throw notApplied(what, connection, running);
    context.progress(`waiting for Envoy to use ${what}`);
    await pause(wait, context.signal);
  }
}

function notApplied(what: string, connection: EnvoyConnection, running: RunningEnvoy) {
  const waited = `Envoy at ${connection.admin} does not use ${what} after ${patienceMs / 1000} s`;
  const reason =
    running.refusals.length > 0
      ? `it says: ${running.refusals.join('; ')}`
      : `check that it watches ${connection.directory}`;
  return new CrescendoError('traffic_not_applied', `${waited}; ${reason}`);
}

function showShares(shares: TrafficShare[]): string {
  // Where users keep their version the list begins with whoever has the start of the circle.
  const sorted = shares.toSorted((a, b) => (a.version < b.version ? -1 : 1));
  const each = sorted.map(({ version, weight, rules }) => {
    return `${version}=${weight.toFixed(2)}${writeRules(rules)}`;
  });
  return each.join(' ');
}
