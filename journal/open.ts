/** openJournal: connects to PostgreSQL, brings its tables up to date, hands out the journal. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, PostgresDialect } from 'kysely';
import { CrescendoError } from '../domain/errors.ts';
import { createPool, mayPass, sqlStateOf } from './connection.ts';
import type { Journal } from './contract.ts';
import { createJournal } from './journal.ts';
import { migrate } from './migrations.ts';
import type { JournalTables } from './schema.ts';

export interface JournalSettings {
  /** `postgres://user:password@host:5432/database`; for a socket `postgres:///database?host=/run`. */
  url: string;
  /** Connections at most; 5 by default. */
  poolSize?: number;
  /** Milliseconds to wait for a database that is just starting; 15,000 by default. */
  patience?: number;
}

const pauseBetweenTries = 250;

/** Throws journal_unavailable when the database cannot be reached or does not let us in. */
export async function openJournal(settings: JournalSettings): Promise<Journal> {
  const { url, poolSize = 5, patience = 15_000 } = settings;
  const pool = createPool(url, poolSize);
  const db = new Kysely<JournalTables>({ dialect: new PostgresDialect({ pool }) });
  try {
    await migrateWithPatience(db, patience);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return createJournal(db);
}

async function migrateWithPatience(db: Kysely<JournalTables>, patience: number): Promise<void> {
  const deadline = Date.now() + patience;
  for (;;) {
    try {
      return await migrate(db);
    } catch (error) {
      if (Date.now() >= deadline || !worthWaiting(error)) throw error;
      await sleep(pauseBetweenTries);
    }
  }
}

function worthWaiting(error: unknown): boolean {
  return error instanceof CrescendoError && mayPass(sqlStateOf(error));
}
