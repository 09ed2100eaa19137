/** A real Prometheus beside the stack: it scrapes the stack's Envoy, and has a past from before. */

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { latencyBuckets } from '../../../providers/routers/envoy/bootstrap.ts';
import { clusterName } from '../../../providers/routers/envoy/names.ts';
import { createRandom } from '../random.ts';
import { findPrometheus } from '../prometheus.ts';
import { startServer, type ServerProcess } from '../server-process.ts';

export interface ScrapeOptions {
  /** Where it answers; chosen beforehand, for the worker reads its connections when it starts. */
  port: number;
  /** Envoy's admin interface, `host:port`. */
  target: string;
  /** What it is to remember; none unless given. */
  past?: Past;
}

/** One version's traffic before the test began, as Envoy would have counted it. */
export interface Past {
  application: string;
  version: string;
  seconds: number;
  /** Requests in a second, on average; Poisson. */
  rate: number;
  /** Share of them that were answered with 500, and share that took a second. */
  bad: number;
  slow: number;
}

/** Null where there is no Prometheus to run. */
export async function startScraping({ port, target, past }: ScrapeOptions): Promise<ServerProcess> {
  const program = findPrometheus();
  if (!program) throw new Error('there is no Prometheus');
  const url = `http://127.0.0.1:${port}`;
  return startServer('prometheus', {
    command: (folder) => [
      program,
      `--config.file=${join(folder, 'prometheus.json')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    prepare: (folder) => {
      // JSON is YAML, so there is nothing to escape.
      writeFileSync(join(folder, 'prometheus.json'), JSON.stringify(configuration(target)));
      if (past) backfill(folder, past);
    },
    ready: async () => {
      if (!(await fetch(`${url}/-/ready`)).ok) throw new Error('not ready');
    },
  });
}

function configuration(target: string): object {
  const envoy = {
    job_name: 'envoy',
    metrics_path: '/stats/prometheus',
    static_configs: [{ targets: [target] }],
  };
  return { global: { scrape_interval: '1s', scrape_timeout: '1s' }, scrape_configs: [envoy] };
}

/** Writes the past as blocks of its database, a sample a second, up to the moment of the start. */
function backfill(folder: string, past: Past): void {
  const file = join(folder, 'past.txt');
  writeFileSync(file, openMetrics(past, Math.floor(Date.now() / 1000) - 2));
  const data = join(folder, 'data');
  const argv = ['tsdb', 'create-blocks-from', 'openmetrics', file, data];
  const { status, stderr } = spawnSync('promtool', argv, { encoding: 'utf8', timeout: 60_000 });
  if (status !== 0) throw new Error(`promtool: ${stderr}`);
}

/** Three routers beside each other, so that it is known how instances differ. */
const instances = ['edge-1:9901', 'edge-2:9901', 'edge-3:9901'];
const bounds = [...latencyBuckets.map(String), '+Inf'];
const slowerThan = 500;

function openMetrics(past: Past, end: number): string {
  const site = { application: past.application, environment: 'production' };
  const cluster = clusterName(site, past.version);
  const families: Record<string, string[]> = { completed: [], xx: [], time_bucket: [] };
  for (const [seed, instance] of instances.entries()) {
    const labels = `envoy_cluster_name="${cluster}",instance="${instance}",job="envoy"`;
    const random = createRandom(seed);
    const rate = past.rate / instances.length;
    const at = { all: 0, bad: 0, slow: 0 };
    for (let time = end - past.seconds; time <= end; time += 1) {
      const failures = random.poisson(rate * past.bad);
      at.bad += failures;
      at.all += failures + random.poisson(rate * (1 - past.bad));
      at.slow += random.poisson(rate * past.slow);
      families['completed']?.push(`{${labels}} ${at.all} ${time}`);
      families['xx']?.push(`{envoy_response_code_class="5",${labels}} ${at.bad} ${time}`);
      for (const bound of bounds) {
        const below = Number(bound) <= slowerThan ? at.all - at.slow : at.all;
        families['time_bucket']?.push(`{le="${bound}",${labels}} ${below} ${time}`);
      }
    }
  }
  const lines = Object.entries(families).flatMap(([family, samples]) => {
    const name = `envoy_cluster_upstream_rq_${family}`;
    return [`# TYPE ${name} unknown`, ...samples.map((sample) => `${name}${sample}`)];
  });
  return [...lines, '# EOF\n'].join('\n');
}
