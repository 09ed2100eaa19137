/** What the journal must do, whichever database it is on; run from journal/*.spec.ts. */

import type { Kysely } from 'kysely';
import { afterAll, beforeAll, describe } from 'vitest';
import { createJournal } from '../../../journal/journal.ts';
import type { JournalTables } from '../../../journal/schema.ts';
import { describeEntries } from './entries.ts';
import { describeMeasurements } from './measurements.ts';
import { describeOrder } from './order.ts';
import { describeOverrides } from './overrides.ts';
import { describeReleases } from './releases.ts';
import type { JournalUnderTest } from './under-test.ts';

/** Declares the tests; `open` gives an empty, migrated database that they close. */
export function describeJournal(
  database: string,
  open: () => Promise<Kysely<JournalTables>>,
): void {
  describe(`journal on ${database}`, () => {
    const on = {} as JournalUnderTest;
    beforeAll(async () => {
      on.db = await open();
      on.journal = createJournal(on.db);
    });
    afterAll(() => on.journal?.close());

    describeEntries(on);
    describeReleases(on);
    describeMeasurements(on);
    describeOverrides(on);
    describeOrder(on);
  });
}
