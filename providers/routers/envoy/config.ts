/** Envoy's listeners and clusters, built from what is known of the sites. No IO. */

import { isIP } from 'node:net';
import { clusterName, listenerName } from './names.ts';
import type { SiteState } from './schema.ts';

export type Json = Record<string, unknown>;

/** Every listener, with where it finds its routes. `directory` is the path as Envoy sees it. */
export function buildListeners(states: SiteState[], directory: string): Json {
  const byPort = new Map(states.map((state) => [state.settings.port, state]));
  return { resources: [...byPort.values()].map((state) => buildListener(state, directory)) };
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

export function typeUrl(name: string): string {
  return `type.googleapis.com/envoy.${name}`;
}
