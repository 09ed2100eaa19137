/** A journal for tests: all of it real, on PGlite in the process of the test. */

import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect, PostgresDialect } from 'kysely';
import { createPool } from '../../journal/connection.ts';
import type { Journal } from '../../journal/contract.ts';
import { createJournal } from '../../journal/journal.ts';
import { migrate } from '../../journal/migrations.ts';
import type { JournalTables } from '../../journal/schema.ts';

/** An empty database in memory. The first of a process takes seconds; `destroy` it in the end. */
export async function openTestDatabase(): Promise<Kysely<JournalTables>> {
  const db = new Kysely<JournalTables>({ dialect: new PGliteDialect({ pglite: new PGlite() }) });
  await migrate(db);
  return db;
}

/** An empty journal in memory; `close` it in the end. */
export async function openTestJournal(): Promise<Journal> {
  return createJournal(await openTestDatabase());
}

/** A PostgreSQL as it is, without tables; `destroy` it in the end. */
export function connectTo(url: string, poolSize = 12): Kysely<JournalTables> {
  const pool = createPool(url, poolSize);
  return new Kysely<JournalTables>({ dialect: new PostgresDialect({ pool }) });
}
