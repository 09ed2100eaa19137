/** Starts Temporal's dev server on a database file and keeps it running. */

import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { lockPath } from './path-lock.ts';
import type { ProcessEvent, SupervisedProcess } from './supervisor/contract.ts';
import { isPortOpen, requirePort } from './supervisor/ports.ts';
import { superviseProcess } from './supervisor/supervise.ts';
import { isNamespaceUsable } from './temporal-probe.ts';

export type SearchAttributeType =
  | 'Text'
  | 'Keyword'
  | 'Int'
  | 'Double'
  | 'Bool'
  | 'Datetime'
  | 'KeywordList';

export interface TemporalServerOptions {
  /** The Temporal CLI. */
  binary: string;
  /** SQLite database; made when it is not there. What is in it survives every restart. */
  dbFile: string;
  port: number;
  uiPort: number;
  logFile: string;
  /** Registered at each start; asking again for one that exists is harmless. */
  searchAttributes: Record<string, SearchAttributeType>;
  onEvent?: (event: ProcessEvent) => void;
}

export interface TemporalServer extends SupervisedProcess {
  /** `host:port` for clients and workers. */
  readonly address: string;
  /** Temporal Web UI. */
  readonly uiUrl: string;
}

/** @throws SetupError when a port is taken, the database is in use, or it does not become ready */
export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  const { port, uiPort, dbFile, onEvent } = options;
  await requirePort(port, 'Temporal');
  await requirePort(uiPort, 'Temporal Web UI');
  await mkdir(dirname(resolve(dbFile)), { recursive: true });
  const lock = await lockPath(dbFile, 'the Temporal database');
  const address = `127.0.0.1:${port}`;
  const server = await superviseProcess({
    name: 'Temporal',
    command: options.binary,
    args: startArguments(options),
    env: { TEMPORAL_VERSION_CHECK_DISABLED: '1' },
    logFile: options.logFile,
    ready: async () => (await isPortOpen(port)) && isNamespaceUsable(address, 'default'),
    restart: 'always',
    ...(onEvent ? { onEvent } : {}),
  }).catch(async (error: unknown) => {
    await lock.release();
    throw error;
  });
  return {
    ...server,
    address,
    uiUrl: `http://127.0.0.1:${uiPort}`,
    async stop() {
      await server.stop();
      await lock.release();
    },
  };
}

function startArguments(options: TemporalServerOptions): string[] {
  const attributes = Object.entries(options.searchAttributes);
  const flags = {
    ip: '127.0.0.1',
    port: String(options.port),
    'ui-port': String(options.uiPort),
    'db-filename': resolve(options.dbFile),
    'log-level': 'warn',
  };
  return [
    'server',
    'start-dev',
    ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
    '--ui-disable-news-fetch',
    ...attributes.flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
  ];
}
