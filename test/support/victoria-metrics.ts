/** A real VictoriaMetrics for tests: own folder, free loopback port, data written by the test. */

import { findProgram } from './fetched-servers.ts';
import { freePort } from './ports.ts';
import { startServer } from './server-process.ts';

/** Null when this machine cannot have one. */
export function findVictoriaMetrics(): string | null {
  return findProgram('victoria-metrics', 'victoria-metrics', 'usr/bin/victoria-metrics');
}

export interface RunningVictoriaMetrics {
  /** Base URL without a trailing slash. */
  url: string;
  /** Writes lines of the exposition format, with times in milliseconds, and makes them visible. */
  write: (lines: string[]) => Promise<void>;
  stop: () => Promise<void>;
}

/** Starts it with the program of findVictoriaMetrics. Stop it in `afterAll`. */
export async function startVictoriaMetrics(program: string): Promise<RunningVictoriaMetrics> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { stop } = await startServer('victoria-metrics', {
    command: (folder) => [
      program,
      `-httpListenAddr=127.0.0.1:${port}`,
      `-storageDataPath=${folder}/data`,
      // Without it the last half minute is kept back.
      '-search.latencyOffset=0s',
    ],
    ready: () => expectOk(`${url}/health`),
  });
  const write = async (lines: string[]) => {
    const body = `${lines.join('\n')}\n`;
    await expectOk(`${url}/api/v1/import/prometheus`, { method: 'POST', body });
    await expectOk(`${url}/internal/force_flush`);
  };
  return { url, write, stop };
}

async function expectOk(url: string, options: RequestInit = {}): Promise<void> {
  const answer = await fetch(url, options);
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
}
