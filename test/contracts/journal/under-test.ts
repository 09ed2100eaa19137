/** What the tests of the journal share. */

import type { Kysely } from 'kysely';
import type { Journal } from '../../../journal/contract.ts';
import type { JournalTables } from '../../../journal/schema.ts';

export interface JournalUnderTest {
  db: Kysely<JournalTables>;
  journal: Journal;
}
