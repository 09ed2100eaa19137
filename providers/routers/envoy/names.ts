/** Names inside Envoy: what a site, a listener and the cluster of a version are called. */

import { versionSlug } from '../../../domain/ids.ts';
import type { Site } from '../../targets/contract.ts';

/**
 * Cluster of one version at one site, e.g. `shop|eu|1_4_2`. It has no dots, because Envoy cuts its
 * statistics' names at dots; two versions never share a name.
 */
export function clusterName(site: Site, version: string): string {
  return `${site.application}|${site.environment}|${versionSlug(version)}`;
}

/** Virtual host and state file of a site. Labels have no `_`, so two sites never share a name. */
export function siteName(site: Site): string {
  return `${site.application}_${site.environment}`;
}

/** Listener and route configuration of a port. */
export function listenerName(port: number): string {
  return `port-${port}`;
}
