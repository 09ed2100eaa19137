/** Envoy's listeners, routes and clusters, built from what is known of the sites. No IO. */

import { isIP } from 'node:net';
import { clusterName, listenerName, siteName } from './names.ts';
import type { SiteState } from './schema.ts';

/** Response header that says which version served a request. */
export const versionHeader = 'x-crescendo-version';

/** Weights are hundredths of a percent, so that the whole audience is 10,000. */
export const weightTotal = 10_000;

type Json = Record<string, unknown>;

/** Every listener, with where it finds its routes. `directory` is the path as Envoy sees it. */
export function buildListeners(states: SiteState[], directory: string): Json {
  const byPort = new Map(states.map((state) => [state.settings.port, state]));
  return { resources: [...byPort.values()].map((state) => buildListener(state, directory)) };
}

/** The routes of all sites that share `port`: one virtual host each. */
export function buildRoutes(states: SiteState[], port: number): Json {
  const sites = states.filter((state) => state.settings.port === port);
  const routes = {
    '@type': typeUrl('config.route.v3.RouteConfiguration'),
    name: listenerName(port),
    // `shop.example:10080` belongs to `shop.example`; the header itself stays as it was sent.
    ignore_port_in_host_matching: true,
    virtual_hosts: sites.map(buildVirtualHost),
  };
  return { resources: [routes] };
}

/** One cluster for every version of every site. */
export function buildClusters(states: SiteState[]): Json {
  return { resources: states.flatMap((state) => siteClusters(state)) };
}

/** Where Envoy reads one kind of resource from; it looks again when a file is moved in. */
export function fileSource(directory: string, file: string): Json {
  return {
    resource_api_version: 'V3',
    path_config_source: { path: `${directory}/${file}`, watched_directory: { path: directory } },
  };
}

/** File with the routes of one port. */
export function routesFile(port: number): string {
  return `routes-${port}.json`;
}

export function socketAddress(address: string, port: number): Json {
  return { socket_address: { address, port_value: port } };
}

function buildListener({ settings }: SiteState, directory: string): Json {
  const { port, host } = settings;
  const manager = {
    '@type': typeUrl('extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'),
    stat_prefix: `port_${port}`,
    use_remote_address: true,
    server_header_transformation: 'PASS_THROUGH',
    upgrade_configs: [{ upgrade_type: 'websocket' }],
    rds: {
      route_config_name: listenerName(port),
      config_source: fileSource(directory, routesFile(port)),
    },
    http_filters: [
      {
        name: 'envoy.filters.http.router',
        typed_config: { '@type': typeUrl('extensions.filters.http.router.v3.Router') },
      },
    ],
  };
  return {
    '@type': typeUrl('config.listener.v3.Listener'),
    name: listenerName(port),
    address: socketAddress(host, port),
    // Otherwise a second Envoy could open the same port, and would silently get part of the audience.
    enable_reuse_port: false,
    filter_chains: [
      {
        filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }],
      },
    ],
  };
}

function buildVirtualHost(state: SiteState): Json {
  return {
    name: siteName(state),
    domains: state.settings.domains,
    routes: [{ match: { prefix: '/' }, ...buildAction(state) }],
  };
}

function buildAction(state: SiteState): Json {
  if (state.shares.length === 0) {
    const body = `No version of ${state.application} serves ${state.environment} yet.\n`;
    return { direct_response: { status: 503, body: { inline_string: body } } };
  }
  const clusters = state.shares.map(({ version, weight }) => ({
    name: clusterName(state, version),
    weight: Math.round((weight * weightTotal) / 100),
    response_headers_to_add: [
      {
        header: { key: versionHeader, value: version },
        append_action: 'OVERWRITE_IF_EXISTS_OR_ADD',
      },
    ],
  }));
  // No retries: a request that a bad version failed must be seen as failed.
  return {
    route: { timeout: `${state.settings.timeout / 1000}s`, weighted_clusters: { clusters } },
  };
}

function siteClusters(state: SiteState): Json[] {
  return state.endpoints.map(({ version, url }) => {
    const { address, port } = parseEndpoint(url);
    const name = clusterName(state, version);
    const endpoint = { address: socketAddress(address, port) };
    return {
      '@type': typeUrl('config.cluster.v3.Cluster'),
      name,
      type: isIP(address) ? 'STATIC' : 'STRICT_DNS',
      dns_lookup_family: 'V4_PREFERRED',
      connect_timeout: '1s',
      load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint }] }] },
      typed_extension_protocol_options: {
        'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': upstreamHttp,
      },
      circuit_breakers: { thresholds: [upstreamLimits] },
    };
  });
}

// Shorter than the keep-alive time of common servers (gunicorn 2 s, Node.js 5 s): a connection the
// server is just closing would fail a request that no retry repairs.
const upstreamHttp = {
  '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
  common_http_protocol_options: { idle_timeout: '1s' },
  explicit_http_config: { http_protocol_options: {} },
};

// Far above Envoy's 1,024, which would refuse requests of a busy site.
const upstreamLimits = {
  max_connections: 50_000,
  max_pending_requests: 50_000,
  max_requests: 50_000,
};

/** Address and port of an endpoint such as `http://127.0.0.1:41001`. */
export function parseEndpoint(url: string): { address: string; port: number } {
  const { hostname, port } = new URL(url);
  return { address: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) };
}

function typeUrl(name: string): string {
  return `type.googleapis.com/envoy.${name}`;
}
