/** The same journal on a real PostgreSQL, and what only many connections can show. */

import { setTimeout as sleep } from 'node:timers/promises';
import { sql, type Kysely } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { JournalEntry } from '../domain/events.ts';
import { describeJournal } from '../test/contracts/journal/index.ts';
import { connectTo } from '../test/support/journal.ts';
import { aMeasurement, aSubmittedRelease } from '../test/support/journal-entries.ts';
import {
  findPostgresOrSkip,
  startPostgres,
  type RunningPostgres,
} from '../test/support/postgres.ts';
import { createJournal } from './journal.ts';
import { migrate } from './migrations.ts';
import type { JournalTables } from './schema.ts';

const programs = findPostgresOrSkip('journal/postgres.spec.ts');

describe.skipIf(!programs)('journal on PostgreSQL', () => {
  let postgres: RunningPostgres;
  beforeAll(async () => {
    postgres = await startPostgres(programs!);
  });
  afterAll(() => postgres?.stop());

  async function openDatabase(): Promise<Kysely<JournalTables>> {
    const db = connectTo(await postgres.createDatabase());
    await migrate(db);
    return db;
  }

  describeJournal('PostgreSQL', openDatabase);

  describe('journal/append', () => {
    let db: Kysely<JournalTables>;
    beforeAll(async () => {
      db = await openDatabase();
    });
    afterAll(() => db?.destroy());

    it('gives out no position before all lower ones can be seen', async () => {
      const journal = createJournal(db);
      const slow = await startSlowly(db);
      await createJournal(slow).append(entriesOf(1));

      const fast = journal.append(entriesOf(2));
      await untilSomebodyWaits(db);
      expect(await journal.entriesAfter(0, 10)).toEqual([]);

      await slow.commit().execute();
      await fast;
      const recorded = await journal.entriesAfter(0, 10);
      expect(recorded.map(({ release }) => release)).toEqual([1, 2]);
    });

    it('lets measurements pass while entries wait, and leaves nothing of a failure', async () => {
      const journal = createJournal(db);
      const release = { application: 'failing', number: 7 };
      const slow = await startSlowly(db);
      await createJournal(slow).append(aSubmittedRelease(release).entries);
      await journal.appendMeasurements([aMeasurement(release)]);
      await slow.rollback().execute();
      expect(await journal.readProgress(release)).toBeNull();
      expect(await journal.listReleases(release)).toMatchObject({ items: [] });
      expect(await journal.readMeasurements(release, { limit: 2 })).toHaveLength(1);
    });
  });
});

function entriesOf(number: number): JournalEntry[] {
  return aSubmittedRelease({ application: 'shop', number }).entries;
}

/** A transaction that ends at the latest with the test. */
async function startSlowly(db: Kysely<JournalTables>) {
  const transaction = await db.startTransaction().execute();
  onTestFinished(async () => {
    const { isCommitted, isRolledBack } = transaction;
    if (!isCommitted && !isRolledBack) await transaction.rollback().execute();
  });
  return transaction;
}

async function untilSomebodyWaits(db: Kysely<JournalTables>): Promise<void> {
  const waiting = sql`select 1 from pg_locks where locktype = 'advisory' and not granted`;
  for (let attempt = 0; attempt < 500; attempt += 1) {
    if ((await waiting.execute(db)).rows.length > 0) return;
    await sleep(10);
  }
  throw new Error('nobody waits for a turn after 5 s');
}
