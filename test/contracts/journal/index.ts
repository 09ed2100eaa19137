/** What the journal must do, whichever database it is on; run from journal/*.spec.ts. */

import type { Kysely } from 'kysely';
import type { JournalTables } from '../../../journal/schema.ts';
import { describeEntries } from './entries.ts';
import { describeMeasurements } from './measurements.ts';
import { describeOrder } from './order.ts';
import { describeReleases } from './releases.ts';

/** Declares the tests; `open` gives an empty, migrated database that they close. */
export function describeJournal(
  database: string,
  open: () => Promise<Kysely<JournalTables>>,
): void {
  describeEntries(database, open);
  describeReleases(database, open);
  describeMeasurements(database, open);
  describeOrder(database, open);
}
