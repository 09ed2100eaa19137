/** A real Prometheus for tests: own folder, free loopback port, scraping one target of the test. */

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const installLine = 'apt-get install --no-install-recommends prometheus';

/** The program to run: what `CRESCENDO_PROMETHEUS` says, or the one on PATH; null without one. */
export function findPrometheus(): string | null {
  const program = process.env['CRESCENDO_PROMETHEUS'] ?? 'prometheus';
  return answers(program) ? program : null;
}

function answers(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore', timeout: 20_000 }).status === 0;
}

export interface RunningPrometheus {
  /** Base URL without a trailing slash. */
  url: string;
  stop: () => Promise<void>;
}

/**
 * Starts Prometheus, scraping `target` (`host:port`, path `/metrics`) five times a second, and
 * returns once it is ready. Stop it in `afterAll`.
 */
export async function startPrometheus(
  program: string,
  target: string,
  flags: readonly string[] = [],
): Promise<RunningPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'crescendo-prometheus-'));
  await writeFile(join(folder, 'prometheus.json'), JSON.stringify(configuration(target)));
  const child = spawn(
    program,
    [
      `--config.file=${join(folder, 'prometheus.json')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      '--web.listen-address=127.0.0.1:0',
      ...flags,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const killWithUs = () => void child.kill('SIGKILL');
  process.on('exit', killWithUs);
  const stop = async () => {
    await end(child);
    process.off('exit', killWithUs);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return { url: await readUrl(child), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function configuration(target: string): object {
  const job = { job_name: 'app', static_configs: [{ targets: [target] }] };
  // JSON is YAML, so there is nothing to escape.
  return { global: { scrape_interval: '200ms', scrape_timeout: '200ms' }, scrape_configs: [job] };
}

/** The port it chose is in its log; afterwards it must also answer that it is ready. */
async function readUrl(child: ChildProcess): Promise<string> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stderr! })) {
    lines.push(line);
    const address = /Listening on.*?address=(127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (!address) continue;
    child.stderr!.resume();
    const url = `http://${address}`;
    await untilReady(url);
    return url;
  }
  throw new Error(`Prometheus did not start: ${lines.slice(-5).join('\n')}`);
}

async function untilReady(url: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const answer = await fetch(`${url}/-/ready`);
    if (answer.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Prometheus at ${url} is not ready after 10 s`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
