import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectTo } from '../test/support/journal.ts';
import { aSubmittedRelease } from '../test/support/journal-entries.ts';
import {
  findPostgresOrSkip,
  startPostgres,
  type RunningPostgres,
} from '../test/support/postgres.ts';
import { migrations } from './migrations.ts';
import { openJournal } from './open.ts';

const programs = findPostgresOrSkip('journal/migrations.spec.ts');

describe.skipIf(!programs)('journal/migrations', () => {
  let postgres: RunningPostgres;
  beforeAll(async () => {
    postgres = await startPostgres(programs!);
  });
  afterAll(() => postgres?.stop());

  it('are applied once when eight processes start at the same time', async () => {
    const url = await postgres.createDatabase();
    const journals = await Promise.all(
      Array.from({ length: 8 }, () => openJournal({ url, poolSize: 1 })),
    );
    await Promise.all(journals.map((journal) => journal.close()));

    const db = connectTo(url);
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
    const db = connectTo(url);
    await sql`insert into crescendo.migrations (name) values ('9999-future')`.execute(db);
    await sql`alter table crescendo.releases add column future text not null default 'x'`.execute(
      db,
    );
    await sql`alter table crescendo.events add column future text not null default 'x'`.execute(db);
    await db.destroy();

    const journal = await openJournal({ url });
    await journal.append(aSubmittedRelease({ application: 'shop', number: 1 }).entries);
    expect(await journal.listReleases({})).toMatchObject({ items: [{ id: 'shop:1' }] });
    await journal.close();
  });

  it('need no right to create tables once they are applied', async () => {
    const url = await postgres.createDatabase();
    await (await openJournal({ url })).close();
    const db = connectTo(url);
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
