/** Envoy's routes, built from the shares and rules of the sites; read again by read-routes.ts. */

import type { Ring } from '../../../domain/release.ts';
import { typeUrl, type Json } from './config.ts';
import { anyCookiePattern, cookiePattern } from './cookies.ts';
import { clusterName, listenerName, siteName } from './names.ts';
import type { SiteState } from './schema.ts';
import { layOut, type Part } from './sticky.ts';
import { weightTotal } from './weights.ts';

/** Response header that says which version served a request. */
export const versionHeader = 'x-crescendo-version';

/** Request header of copies, so that a version can tell them from requests that count. */
export const mirrorHeader = 'x-crescendo-mirror';

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
      route: routeTo(state, [{ version: share.version, weight: 100 }]),
    })),
  );
  return [...insiders, ...routeEverybody(state)];
}

function routeEverybody(state: SiteState): Json[] {
  const everybody = { prefix: '/' };
  const candidate = state.shares.find(({ rules }) => rules?.sticky);
  if (!candidate?.rules?.sticky) {
    return [{ match: everybody, route: { ...routeTo(state, state.shares), ...mirrorsOf(state) } }];
  }
  const { cookie, ttl } = candidate.rules.sticky;
  const parts = layOut(state.shares, candidate.version);
  const route = { ...routeTo(state, parts, { use_hash_policy: true }), ...mirrorsOf(state) };
  const known = {
    name: 'cookie',
    string_match: { safe_regex: { regex: anyCookiePattern(cookie) } },
  };
  // Who has no cookie yet gets the id of the request as one, whose hash has chosen the version.
  const value = `${cookie}=%REQ(X-REQUEST-ID)%; Path=/; Max-Age=${ttl / 1000}; HttpOnly; SameSite=Lax`;
  return [
    {
      match: { ...everybody, headers: [known] },
      route: { ...route, hash_policy: [{ cookie: { name: cookie } }] },
    },
    {
      match: everybody,
      route: { ...route, hash_policy: [{ header: { header_name: 'x-request-id' } }] },
      response_headers_to_add: [
        { header: { key: 'set-cookie', value }, append_action: 'APPEND_IF_EXISTS_OR_ADD' },
      ],
    },
  ];
}

function routeTo(state: SiteState, shares: readonly Part[], how: Json = {}): Json {
  const clusters = shares.map(({ version, weight }) => ({
    name: clusterName(state, version),
    weight: Math.round((weight * weightTotal) / 100),
    response_headers_to_add: [setHeader(versionHeader, version)],
  }));
  // No retries: a request that a bad version failed must be seen as failed.
  return { timeout: `${state.settings.timeout / 1000}s`, weighted_clusters: { clusters, ...how } };
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
