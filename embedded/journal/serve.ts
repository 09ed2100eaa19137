/** Opens the embedded journal database and serves it; all in this process. */

import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { lockPath } from '../path-lock.ts';
import { SetupError } from '../setup-error.ts';
import { startWireServer } from './wire-server.ts';

export interface ServeJournalOptions {
  /** Holds the database; made when it is not there. */
  directory: string;
  /** 0 for any free one. */
  port: number;
  password: string;
  idleMs?: number;
  onFatal: (error: unknown) => void;
}

export interface ServedJournal {
  port: number;
  stop(): Promise<void>;
}

/** @throws SetupError when the directory is in use or holds something else */
export async function serveJournal(options: ServeJournalOptions): Promise<ServedJournal> {
  const directory = resolve(options.directory);
  const lock = await lockPath(directory, 'the journal');
  try {
    const database = await open(directory);
    const server = await startWireServer({ ...options, session: database });
    return {
      port: server.port,
      async stop() {
        await server.close();
        await database.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function open(directory: string): Promise<PGlite> {
  if (!existsSync(join(directory, 'PG_VERSION'))) await create(directory);
  return PGlite.create({ dataDir: directory });
}

/** Elsewhere first: a process killed while it creates a database leaves half of one. */
async function create(directory: string): Promise<void> {
  const unfinished = `${directory}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  const database = await PGlite.create({ dataDir: unfinished });
  await database.close();
  await rename(unfinished, directory).catch((error: Error) => {
    const message = `${directory} holds something that is not a journal: ${error.message}`;
    throw new SetupError(message, 'Name another directory, or move what is there away.', error);
  });
}
