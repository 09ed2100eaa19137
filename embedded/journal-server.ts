/** Starts the embedded journal database in a process of its own and keeps it running. */

import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import type { ProcessEvent, SupervisedProcess } from './supervisor/contract.ts';
import { requirePort } from './supervisor/ports.ts';
import { superviseProcess } from './supervisor/supervise.ts';

export interface JournalServerOptions {
  /** Holds the database; made when it is not there. */
  directory: string;
  port: number;
  logFile: string;
  onEvent?: (event: ProcessEvent) => void;
  /** The compiled `journal-main`; found by itself except where nothing has been built. */
  main?: string;
}

export interface JournalServer extends SupervisedProcess {
  /**
   * `postgres://…` with its password, for `pg`. All clients share one database session: keep
   * transactions short, ask for nothing on a second connection while one is open on the first, use
   * `set local` in place of `set`, no named statements, and row or table locks in place of advisory
   * ones.
   */
  readonly url: string;
}

/** @throws SetupError when the port is taken or the database does not become ready */
export async function startJournalServer(options: JournalServerOptions): Promise<JournalServer> {
  const { directory, port, logFile, onEvent } = options;
  await requirePort(port, 'the journal');
  // Any user of this machine can reach the port, and the journal is the record of who did what.
  const password = randomBytes(24).toString('base64url');
  const url = `postgres://crescendo:${password}@127.0.0.1:${port}/postgres`;
  const child = await superviseProcess({
    name: 'journal',
    command: process.execPath,
    args: [options.main ?? builtMain(), '--directory', resolve(directory), '--port', String(port)],
    env: { CRESCENDO_JOURNAL_PASSWORD: password },
    logFile,
    ready: () => answers(url),
    restart: 'always',
    ...(onEvent ? { onEvent } : {}),
  });
  return { ...child, url };
}

/** Beside this file once built; run from the sources, in `dist`. */
function builtMain(): string {
  const here = import.meta.dirname;
  const built = import.meta.filename.endsWith('.ts') ? join(here, '..', 'dist', 'embedded') : here;
  return join(built, 'journal-main.js');
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}
