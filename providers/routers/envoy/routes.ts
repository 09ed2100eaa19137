/** Envoy's routes, built from the shares and rules of the sites; read again by read-routes.ts. */

import type { Ring } from '../../../domain/release.ts';
import { typeUrl, type Json } from './config.ts';
import { cookiePattern } from './cookies.ts';
import { clusterName, listenerName, siteName } from './names.ts';
import type { SiteState } from './schema.ts';

/** Response header that says which version served a request. */
export const versionHeader = 'x-crescendo-version';

/** Request header of copies, so that a version can tell them from requests that count. */
export const mirrorHeader = 'x-crescendo-mirror';

/** Weights are hundredths of a percent, so that the whole audience is 10,000. */
export const weightTotal = 10_000;

type Share = SiteState['shares'][number];

/** The routes of all sites that share `port`: one virtual host each. */
export function buildRoutes(states: SiteState[], port: number): Json {
  const sites = states.filter((state) => state.settings.port === port);
  const routes = {
    '@type': typeUrl('config.route.v3.RouteConfiguration'),
    name: listenerName(port),
    // `shop.example:10080` belongs to `shop.example`; the header itself stays as it was sent.
    ignore_port_in_host_matching: true,
    virtual_hosts: sites.map((state) => ({
      name: siteName(state),
      domains: state.settings.domains,
      routes: buildSite(state),
    })),
  };
  return { resources: [routes] };
}

/** Insiders first, since the first route that matches is taken; everybody else last. */
function buildSite(state: SiteState): Json[] {
  const everybody = { prefix: '/' };
  if (state.shares.length === 0) {
    const body = `No version of ${state.application} serves ${state.environment} yet.\n`;
    const nothing = { status: 503, body: { inline_string: body } };
    return [{ match: everybody, direct_response: nothing }];
  }
  const insiders = state.shares.flatMap((share) =>
    (share.rules?.rings ?? []).map((ring) => ({
      match: { ...everybody, headers: [matcherOf(ring)] },
      route: routeTo(state, [{ ...share, weight: 100 }]),
    })),
  );
  const route = { ...routeTo(state, state.shares), ...mirrorsOf(state) };
  return [...insiders, { match: everybody, route }];
}

function routeTo(state: SiteState, shares: Share[]): Json {
  const clusters = shares.map(({ version, weight }) => ({
    name: clusterName(state, version),
    weight: Math.round((weight * weightTotal) / 100),
    response_headers_to_add: [setHeader(versionHeader, version)],
  }));
  // No retries: a request that a bad version failed must be seen as failed.
  return { timeout: `${state.settings.timeout / 1000}s`, weighted_clusters: { clusters } };
}

function mirrorsOf(state: SiteState): Json {
  const policies = state.shares.flatMap(({ version, rules }) => {
    if (rules?.mirror === undefined) return [];
    const numerator = Math.round((rules.mirror * weightTotal) / 100);
    const policy = {
      cluster: clusterName(state, version),
      runtime_fraction: { default_value: { numerator, denominator: 'TEN_THOUSAND' } },
      // With `-shadow` behind its name a version may take the request for another site's.
      disable_shadow_host_suffix_append: true,
      request_headers_mutations: [{ append: setHeader(mirrorHeader, 'true') }],
    };
    return [policy];
  });
  return policies.length > 0 ? { request_mirror_policies: policies } : {};
}

function matcherOf(ring: Ring): Json {
  if ('header' in ring) {
    const { name, value } = ring.header;
    return { name, string_match: { exact: value } };
  }
  return { name: 'cookie', string_match: { safe_regex: { regex: cookiePattern(ring.cookie) } } };
}

function setHeader(key: string, value: string): Json {
  return { header: { key, value }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' };
}
