/** Shares and rules out of the routes that the running Envoy uses. */

import type { Ring, TrafficRules, TrafficShare } from '../../../domain/release.ts';
import { readCookiePattern } from './cookies.ts';
import { versionHeader, weightTotal } from './routes.ts';
import type { Route, VirtualHost } from './schema.ts';

/**
 * What a virtual host does, by version. The version's own name is in the header that its cluster
 * adds. A rule that Crescendo did not write is told as one, so that it is never taken for nothing.
 */
export function sharesOf(host: VirtualHost | undefined): TrafficShare[] {
  const routes = host?.routes ?? [];
  const everybody = routes.at(-1);
  const shares: Seen[] = clustersOf(everybody).map((cluster) => ({
    ...cluster,
    weight: (cluster.weight * 100) / weightTotal,
    rules: {},
  }));
  const known = (name: string, version: string) => {
    const found = shares.find((share) => share.name === name);
    if (found) return found;
    const added: Seen = { name, version, weight: 0, rules: {} };
    shares.push(added);
    return added;
  };
  for (const route of routes.slice(0, -1)) {
    for (const { name, version } of clustersOf(route)) {
      const { rules } = known(name, version);
      rules.rings = [...(rules.rings ?? []), ringOf(route)];
    }
  }
  for (const { cluster, runtime_fraction: fraction } of everybody?.route?.request_mirror_policies ??
    []) {
    const { numerator, denominator } = fraction.default_value;
    known(cluster, cluster).rules.mirror = (numerator * 100) / denominators[denominator];
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

function clustersOf(route: Route | undefined) {
  const clusters = route?.route?.weighted_clusters.clusters ?? [];
  return clusters.map(({ name, weight, response_headers_to_add: added }) => {
    const mark = added.find(({ header }) => header.key === versionHeader);
    return { name, weight, version: mark?.header.value ?? name };
  });
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
