/** The same journal on a real PostgreSQL, and what only many connections can show. */

import { Kysely, PostgresDialect, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JournalEntry } from '../domain/events.ts';
import { describeJournal } from '../test/contracts/journal/index.ts';
import { aSubmittedRelease } from '../test/support/journal-entries.ts';
import {
  findPostgresOrSkip,
  startPostgres,
  type RunningPostgres,
} from '../test/support/postgres.ts';
import { createPool } from './connection.ts';
import { createJournal } from './journal.ts';
import { migrate, migrations } from './migrations.ts';
import { openJournal } from './open.ts';
import type { JournalTables } from './schema.ts';

const programs = findPostgresOrSkip('journal/postgres.spec.ts');

describe.skipIf(!programs)('journal on PostgreSQL', () => {
  let postgres: RunningPostgres;
  beforeAll(async () => {
    postgres = await startPostgres(programs!);
  });
  afterAll(() => postgres?.stop());

  async function connect(url?: string): Promise<Kysely<JournalTables>> {
    const pool = createPool(url ?? (await postgres.createDatabase()), 12);
    return new Kysely<JournalTables>({ dialect: new PostgresDialect({ pool }) });
  }

  async function openDatabase(): Promise<Kysely<JournalTables>> {
    const db = await connect();
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
      const slow = await db.startTransaction().execute();
      await createJournal(slow).append(entriesOf(1));

      const fast = journal.append(entriesOf(2));
      await untilSomebodyWaits(db);
      expect(await journal.entriesAfter(0, 10)).toEqual([]);

      await slow.commit().execute();
      await fast;
      const recorded = await journal.entriesAfter(0, 10);
      expect(recorded.map(({ release }) => release)).toEqual([1, 2]);
    });

    it('lets measurements pass while entries wait', async () => {
      const slow = await db.startTransaction().execute();
      await createJournal(slow).append(aSubmittedRelease({ application: 'a', number: 1 }).entries);
      await expect(createJournal(db).appendMeasurements([])).resolves.toBeUndefined();
      await slow.rollback().execute();
      expect(await createJournal(db).readProgress({ application: 'a', number: 1 })).toBeNull();
    });
  });

  describe('journal/migrations', () => {
    it('are applied once when eight processes start at the same time', async () => {
      const url = await postgres.createDatabase();
      const journals = await Promise.all(
        Array.from({ length: 8 }, () => openJournal({ url, poolSize: 1 })),
      );
      await Promise.all(journals.map((journal) => journal.close()));

      const db = await connect(url);
      const applied = await db
        .withSchema('crescendo')
        .selectFrom('migrations')
        .select('name')
        .orderBy('name')
        .execute();
      await db.destroy();
      expect(applied).toEqual(migrations.map(({ name }) => ({ name })));
    });

    it('leave alone what a newer Crescendo has added', async () => {
      const url = await postgres.createDatabase();
      await (await openJournal({ url })).close();
      const db = await connect(url);
      await sql`insert into crescendo.migrations (name) values ('9999-future')`.execute(db);
      await sql`alter table crescendo.releases add column future text not null default 'x'`.execute(
        db,
      );
      await sql`alter table crescendo.events add column future text not null default 'x'`.execute(
        db,
      );
      await db.destroy();

      const journal = await openJournal({ url });
      await journal.append(aSubmittedRelease({ application: 'shop', number: 1 }).entries);
      expect(await journal.listReleases({})).toMatchObject({ items: [{ id: 'shop:1' }] });
      await journal.close();
    });

    it('need no right to create tables once they are applied', async () => {
      const url = await postgres.createDatabase();
      await (await openJournal({ url })).close();
      const db = await connect(url);
      for (const statement of [
        'create role writer login',
        'grant usage on schema crescendo to writer',
        'grant select on all tables in schema crescendo to writer',
        'grant insert on crescendo.events, crescendo.measurements to writer',
        'grant insert, update on crescendo.releases to writer',
      ]) {
        await sql.raw(statement).execute(db);
      }
      await db.destroy();

      const journal = await openJournal({ url: url.replace('crescendo@', 'writer@') });
      await journal.append(aSubmittedRelease({ application: 'shop', number: 1 }).entries);
      expect(await journal.lastPosition()).toBe(1);
      await journal.close();
    });
  });

  describe('journal/open', () => {
    it('waits for a database that is starting, and outlives one that crashes', async () => {
      const url = await postgres.createDatabase();
      await postgres.crash();
      const opening = openJournal({ url });
      await postgres.start();
      const journal = await opening;
      const { entries } = aSubmittedRelease({ application: 'shop', number: 1 });
      await journal.append(entries);

      await postgres.crash();
      const away = { code: 'journal_unavailable', retryable: true };
      await expect(journal.ping()).rejects.toMatchObject(away);
      await expect(journal.append(entries)).rejects.toMatchObject(away);
      await postgres.start();
      await journal.append(entries);
      expect(await journal.entriesAfter(0, 10)).toHaveLength(1);
      await journal.close();
    });

    it('says at once which database or role does not exist', async () => {
      const url = await postgres.createDatabase();
      const wrongDatabase = openJournal({ url: `${url}-typo`, patience: 3_600_000 });
      await expect(wrongDatabase).rejects.toMatchObject({
        code: 'journal_unavailable',
        message: expect.stringMatching(/127\.0\.0\.1:\d+\/journal\d+-typo: .*does not exist/),
      });
      const wrongRole = openJournal({
        url: url.replace('crescendo@', 'nobody:geheim@'),
        patience: 3_600_000,
      });
      await expect(wrongRole).rejects.toThrow(/role "nobody" does not exist/);
      await expect(wrongRole).rejects.not.toThrow(/geheim/);
    });

    it('passes on what the database says about a statement', async () => {
      const db = await connect();
      await expect(sql`select * from nowhere`.execute(db)).rejects.toMatchObject({ code: '42P01' });
      await db.destroy();
    });
  });
});

function entriesOf(number: number): JournalEntry[] {
  return aSubmittedRelease({ application: 'shop', number }).entries;
}

async function untilSomebodyWaits(db: Kysely<JournalTables>): Promise<void> {
  const waiting = sql`select 1 from pg_locks where locktype = 'advisory' and not granted`;
  while ((await waiting.execute(db)).rows.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
