/** Shares and rules out of the routes that the running Envoy uses. */

import type { Ring, Sticky, TrafficRules, TrafficShare } from '../../../domain/release.ts';
import { readCookiePattern } from './cookies.ts';
import { versionHeader } from './routes.ts';
import type { Route, VirtualHost } from './schema.ts';
import { firstOf } from './sticky.ts';
import { weightTotal } from './weights.ts';

/**
 * What a virtual host does, by version. The version's own name is in the header that its cluster
 * adds. A rule that Crescendo did not write is told as one, so that it is never taken for nothing.
 */
export function sharesOf(host: VirtualHost | undefined): TrafficShare[] {
  const routes = host?.routes ?? [];
  const everybody = routes.at(-1);
  const parts = clustersOf(everybody);
  const shares = sumsOf(parts);
  const sticky = stickyOf(routes);
  for (const route of routes.slice(0, sticky ? -2 : -1)) {
    for (const { name, version } of clustersOf(route)) {
      const { rules } = find(shares, name, version);
      rules.rings = [...(rules.rings ?? []), ringOf(route)];
    }
  }
  const mirrors = everybody?.route?.request_mirror_policies ?? [];
  for (const { cluster, runtime_fraction: fraction } of mirrors) {
    const { numerator, denominator } = fraction.default_value;
    find(shares, cluster, cluster).rules.mirror = (numerator * 100) / denominators[denominator];
  }
  if (sticky) {
    const first = firstOf(parts, shares);
    const share = shares.find(({ version }) => version === first) ?? shares[0];
    if (share) share.rules.sticky = first === null ? foreign : sticky;
  }
  return shares.map(({ version, weight, rules }) => ({
    version,
    weight,
    ...(Object.keys(rules).length > 0 && { rules }),
  }));
}

interface Seen extends TrafficShare {
  /** Of its cluster. */
  name: string;
  rules: TrafficRules;
}

const denominators = { HUNDRED: 100, TEN_THOUSAND: 10_000, MILLION: 1_000_000 };

/** Users are kept in a way that is not ours. */
const foreign: Sticky = { cookie: 'unknown', ttl: 0 };

function clustersOf(route: Route | undefined) {
  const clusters = route?.route?.weighted_clusters.clusters ?? [];
  return clusters.map(({ name, weight, response_headers_to_add: added }) => {
    const mark = added.find(({ header }) => header.key === versionHeader);
    return { name, weight: (weight * 100) / weightTotal, version: mark?.header.value ?? name };
  });
}

/** A version may have two parts of the circle. */
function sumsOf(parts: ReturnType<typeof clustersOf>): Seen[] {
  const shares: Seen[] = [];
  for (const { name, version, weight } of parts) find(shares, name, version).weight += weight;
  return shares;
}

function find(shares: Seen[], name: string, version: string): Seen {
  const known = shares.find((share) => share.name === name);
  if (known) return known;
  const added: Seen = { name, version, weight: 0, rules: {} };
  shares.push(added);
  return added;
}

function ringOf({ match }: Route): Ring {
  const [matcher, ...more] = match.headers;
  const { exact, safe_regex: pattern } = matcher?.string_match ?? {};
  const cookie = matcher?.name === 'cookie' && pattern ? readCookiePattern(pattern.regex) : null;
  if (cookie && more.length === 0) return { cookie };
  if (matcher && exact !== undefined && more.length === 0) {
    return { header: { name: matcher.name, value: exact } };
  }
  return { header: { name: 'route', value: JSON.stringify(match) } };
}

/** How users are known again: by the last two routes, one for those with a cookie already. */
function stickyOf(routes: readonly Route[]): Sticky | null {
  const [known, everybody] = routes.slice(-2);
  if (!routes.some(({ route }) => route?.weighted_clusters.use_hash_policy)) return null;
  const cookie = known?.route?.hash_policy[0]?.cookie?.name;
  const added = everybody?.response_headers_to_add.map(({ header }) => header.value).join();
  const seconds = /; Max-Age=(\d+);/.exec(added ?? '')?.[1];
  const alike = JSON.stringify(clustersOf(known)) === JSON.stringify(clustersOf(everybody));
  if (cookie === undefined || seconds === undefined || !alike) return foreign;
  return { cookie, ttl: Number(seconds) * 1000 };
}
