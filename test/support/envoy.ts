/** A real Envoy for tests: started on free ports in a directory of its own, ended by its pid. */

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { resolveEnvoy } from '../../embedded/toolbox/index.ts';
import { envoyBootstrap, initialFiles } from '../../providers/routers/envoy/bootstrap.ts';
import { freePort } from './ports.ts';

export interface TestEnvoy {
  /** Base URL of the admin interface. */
  admin: string;
  /** The directory it watches. */
  directory: string;
  /** A port nobody uses, for a listener. */
  port: number;
  /** Ends the process with SIGKILL; `start` brings it back on the same ports and directory. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and removes its directory. */
  stop(): Promise<void>;
}

export async function startEnvoy(): Promise<TestEnvoy> {
  const directory = mkdtempSync(join(tmpdir(), 'crescendo-envoy-'));
  const [adminPort, port] = [await freePort(), await freePort()];
  const admin = `http://127.0.0.1:${adminPort}`;
  const { path: envoy } = await resolveEnvoy();
  let child: ChildProcess | undefined;
  initialFiles(directory);
  const bootstrap = join(directory, 'bootstrap.json');
  const options = ['-c', bootstrap, '--concurrency', '2', '--disable-hot-restart', '-l', 'warning'];
  writeFileSync(bootstrap, JSON.stringify(envoyBootstrap({ directory, adminPort, id: 'test' })));

  async function start() {
    const log = join(directory, 'envoy.log');
    const output = openSync(log, 'a');
    child = spawn(envoy, options, { stdio: ['ignore', output, output] });
    closeSync(output);
    for (let attempt = 0; attempt < 200 && child.exitCode === null; attempt += 1) {
      const ready = await fetch(`${admin}/ready`).catch(() => undefined);
      if (ready?.status === 200) return;
      await sleep(50);
    }
    await kill();
    throw new Error(`Envoy did not become ready: ${readFileSync(log, 'utf8').slice(-2_000)}`);
  }

  async function kill() {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  const killWithUs = () => void child?.kill('SIGKILL');
  process.on('exit', killWithUs);
  await start();
  return {
    admin,
    directory,
    port,
    kill,
    start,
    async stop() {
      await kill();
      process.off('exit', killWithUs);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
