/** What Envoy is started with: its admin interface, its statistics, and the directory it watches. */

import { mkdirSync, existsSync, writeFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileSource, socketAddress } from './config.ts';

export interface BootstrapOptions {
  /** The watched directory as Envoy sees it; workers must see it under the same path. */
  directory: string;
  adminPort: number;
  /** `127.0.0.1` unless Envoy runs in a container of its own; the admin interface has no login. */
  adminHost?: string;
  /** Name of this Envoy, for its logs and statistics. */
  id: string;
}

/** Upper bounds of latency buckets in milliseconds, 1 ms to 30 s. */
export const latencyBuckets = [
  1, 2, 3, 5, 7.5, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1_000, 1_500, 2_000, 3_000,
  5_000, 7_500, 10_000, 15_000, 30_000,
];

/** The bootstrap configuration; write it as JSON and start `envoy -c FILE`. */
export function envoyBootstrap(options: BootstrapOptions): Record<string, unknown> {
  const { directory, adminPort, adminHost = '127.0.0.1', id } = options;
  return {
    node: { id, cluster: 'crescendo' },
    admin: { address: socketAddress(adminHost, adminPort) },
    dynamic_resources: {
      lds_config: fileSource(directory, 'listeners.json'),
      cds_config: fileSource(directory, 'clusters.json'),
    },
    // Histograms are brought up to date at each flush; the usual 5 s would delay every verdict.
    stats_flush_interval: '1s',
    stats_config: {
      histogram_bucket_settings: [
        { match: { suffix: 'upstream_rq_time' }, buckets: latencyBuckets },
      ],
    },
  };
}

/** Creates the directory with no listener and no cluster, so that Envoy starts before any site. */
export function initialFiles(directory: string): void {
  mkdirSync(join(directory, 'sites'), { recursive: true });
  for (const file of ['listeners.json', 'clusters.json']) {
    const path = join(directory, file);
    if (existsSync(path)) continue;
    writeFileSync(`${path}.new`, JSON.stringify({ resources: [] }));
    renameSync(`${path}.new`, path);
  }
}
