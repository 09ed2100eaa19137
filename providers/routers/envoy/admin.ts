/** What the running Envoy really uses, read from its admin interface. */

import { CrescendoError } from '../../../domain/errors.ts';
import { requestOk } from '../../http.ts';
import type { Site } from '../../targets/contract.ts';
import { listenerName, siteName } from './names.ts';
import { configDumpSchema } from './schema.ts';
import type { EnvoyConnection, VirtualHost } from './schema.ts';

export interface RunningEnvoy {
  /** `address:port` of every cluster that is ready, by cluster name. */
  clusters: Map<string, string>;
  /** `address:port` of every open listener, by listener name. */
  listeners: Map<string, string>;
  /** Virtual hosts of open listeners, with the listener's name. */
  virtualHosts: (VirtualHost & { listener: string })[];
  /** What Envoy refused, in its own words. */
  refusals: string[];
}

/** @throws CrescendoError provider_unavailable | provider_refused when it is no Envoy */
export async function readEnvoy(
  { admin, timeoutMs }: EnvoyConnection,
  signal: AbortSignal,
): Promise<RunningEnvoy> {
  const answer = await requestOk(`${admin}/config_dump`, { signal, timeoutMs });
  const configs = parseDump(admin, answer.text);
  const clusters = configs.flatMap((config) => config.dynamic_active_clusters);
  const listeners = configs.flatMap((config) => config.dynamic_listeners);
  const routes = configs.flatMap((config) => config.dynamic_route_configs);
  const open = new Map<string, string>();
  for (const { name, active_state: active } of listeners) {
    if (active) open.set(name, showAddress(active.listener.address));
  }
  const failed = [...clusters, ...listeners, ...routes].flatMap((one) => one.error_state ?? []);
  return {
    clusters: new Map(
      clusters.map(({ cluster }) => {
        const endpoint = cluster.load_assignment.endpoints[0]?.lb_endpoints[0]?.endpoint;
        return [cluster.name, endpoint ? showAddress(endpoint.address) : ''];
      }),
    ),
    listeners: open,
    virtualHosts: routes.flatMap(({ route_config: config }) => {
      if (!config || !open.has(config.name)) return [];
      return config.virtual_hosts.map((host) => ({ ...host, listener: config.name }));
    }),
    refusals: [...new Set(failed.map(({ details }) => details))],
  };
}

/** The site's virtual host on `port`, or on any port when none is given. */
export function findSite(envoy: RunningEnvoy, site: Site, port?: number) {
  return envoy.virtualHosts.find((host) => {
    const rightPort = port === undefined || host.listener === listenerName(port);
    return rightPort && host.name === siteName(site);
  });
}

function parseDump(admin: string, text: string) {
  try {
    return configDumpSchema.parse(JSON.parse(text)).configs;
  } catch (error) {
    const message = `${admin}/config_dump did not answer like an Envoy admin interface`;
    throw new CrescendoError('provider_refused', message, [], error);
  }
}

function showAddress(address: { socket_address: { address: string; port_value: number } }): string {
  return `${address.socket_address.address}:${address.socket_address.port_value}`;
}
