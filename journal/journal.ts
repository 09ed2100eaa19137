/** createJournal: the journal on a database that has been migrated. */

import type { Kysely } from 'kysely';
import { createWriter } from './append.ts';
import type { Journal } from './contract.ts';
import { createReader } from './read.ts';
import type { JournalTables } from './schema.ts';

/** Works on PostgreSQL 15 or later and on PGlite. `close` closes `db`. */
export function createJournal(db: Kysely<JournalTables>): Journal {
  return { ...createWriter(db), ...createReader(db), close: () => db.destroy() };
}
