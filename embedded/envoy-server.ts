/** Starts Envoy on the directory that the Envoy router writes to, and keeps it running. */

import { rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { envoyBootstrap, initialFiles } from '../providers/routers/envoy/bootstrap.ts';
import type { ProcessEvent, SupervisedProcess } from './supervisor/contract.ts';
import { requirePort } from './supervisor/ports.ts';
import { superviseProcess } from './supervisor/supervise.ts';

export interface EnvoyServerOptions {
  binary: string;
  /** Watched by Envoy, written to by the router; made when it is not there. */
  directory: string;
  adminPort: number;
  logFile: string;
  onEvent?: (event: ProcessEvent) => void;
}

export interface EnvoyServer extends SupervisedProcess {
  /** Base URL of the admin interface, which also serves the metrics. */
  readonly adminUrl: string;
}

/** @throws SetupError when the port is taken or Envoy does not become ready */
export async function startEnvoy(options: EnvoyServerOptions): Promise<EnvoyServer> {
  const { adminPort, onEvent } = options;
  const directory = resolve(options.directory);
  await requirePort(adminPort, "Envoy's admin interface");
  initialFiles(directory);
  const bootstrap = join(directory, 'bootstrap.json');
  const content = envoyBootstrap({ directory, adminPort, id: 'embedded' });
  await writeFile(`${bootstrap}.new`, JSON.stringify(content, null, 2));
  await rename(`${bootstrap}.new`, bootstrap);
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  const server = await superviseProcess({
    name: 'Envoy',
    command: options.binary,
    // Without hot restart there is no shared memory that two Envoys of a machine could fight over.
    args: ['-c', bootstrap, '--disable-hot-restart', '--concurrency', '2', '-l', 'warning'],
    logFile: options.logFile,
    ready: () => isReady(adminUrl),
    restart: 'always',
    ...(onEvent ? { onEvent } : {}),
  });
  return { ...server, adminUrl };
}

async function isReady(adminUrl: string): Promise<boolean> {
  const answer = await fetch(`${adminUrl}/ready`, { signal: AbortSignal.timeout(2_000) });
  return answer.status === 200;
}
