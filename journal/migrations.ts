/** What the database must look like, step by step, and the runner that takes it there. */

import { sql, type Kysely, type Transaction } from 'kysely';
import { schemaName, type JournalTables } from './schema.ts';

interface Migration {
  name: string;
  statements: string[];
}

/** In order. Add at the end; never change one that was released. */
export const migrations: readonly Migration[] = [
  {
    name: '0001-events',
    statements: [
      `create table crescendo.events (
        position    bigint generated always as identity primary key,
        application text collate "C" not null,
        release     integer not null,
        source      text collate "C" not null,
        sequence    integer not null,
        at          timestamptz not null,
        type        text not null,
        environment text,
        event       jsonb not null,
        recorded_at timestamptz not null default now(),
        unique (source, sequence)
      )`,
      'create index events_by_release on crescendo.events (application, release, position)',
      'create index events_by_application on crescendo.events (application, position)',
      `create function crescendo.refuse_change() returns trigger language plpgsql as $$
      begin
        raise exception 'crescendo.% is append only: % refused', tg_table_name, tg_op
          using errcode = 'restrict_violation';
      end $$`,
      `create trigger append_only before update or delete or truncate on crescendo.events
        for each statement execute function crescendo.refuse_change()`,
    ],
  },
  {
    name: '0002-releases',
    statements: [
      // The keys say which event a group of columns comes from: see release-rows.ts.
      `create table crescendo.releases (
        application   text collate "C" not null,
        number        integer not null,
        submitted_key text collate "C" not null default '',
        version       text,
        initiator     text,
        commit        text,
        submitted_at  timestamptz,
        stage_key     text collate "C" not null default '',
        stage         text not null default 'queued',
        ended_key     text collate "C" not null default '',
        outcome       text,
        sentence      text,
        ended_at      timestamptz,
        primary key (application, number)
      )`,
      'create index releases_newest on crescendo.releases (submitted_at, application, number)',
      `create index releases_newest_of_application
        on crescendo.releases (application, submitted_at, number)`,
      `create index releases_newest_of_outcome
        on crescendo.releases (outcome, submitted_at, application, number)`,
      `create index releases_active on crescendo.releases (submitted_at, application, number)
        where ended_at is null`,
      'create index releases_by_commit on crescendo.releases (commit) where ended_at is null',
    ],
  },
  {
    name: '0003-measurements',
    statements: [
      `create table crescendo.measurements (
        application text collate "C" not null,
        release     integer not null,
        environment text not null,
        bake        text collate "C" not null,
        index       integer not null,
        at          timestamptz not null,
        weight      double precision not null,
        evidence    jsonb not null,
        primary key (bake, index)
      )`,
      'create index measurements_by_release on crescendo.measurements (application, release, at)',
    ],
  },
  {
    // A rollback past its deadline is a failure that is shown before the release has ended.
    name: '0004-late-rollbacks',
    statements: [
      `alter table crescendo.releases
        add column late jsonb not null default '{}',
        add column shown_outcome text generated always as (coalesce(outcome,
          case when late @? '$.*.sentence ? (@ != null)' then 'rollback_failed' end)) stored,
        add column shown_sentence text generated always as (coalesce(sentence,
          jsonb_path_query_first(late, '$.*.sentence ? (@ != null)') #>> '{}')) stored`,
      'drop index crescendo.releases_newest_of_outcome',
      `create index releases_newest_of_outcome
        on crescendo.releases (shown_outcome, submitted_at, application, number)`,
    ],
  },
];

/** Any number that nobody else locks with. */
const migrationLock = '4810278133002571001';

/**
 * Applies what is missing, all or nothing. Safe when several processes start at once, and leaves
 * alone what a newer Crescendo has added. Once all is applied it needs no right to create tables.
 */
export async function migrate(db: Kysely<JournalTables>): Promise<void> {
  if ((await missing(db)).length === 0) return;
  await db.transaction().execute(async (transaction) => {
    // Held to the end of the transaction. A lock of the session would not do: behind a
    // transaction pooler, and with PGlite, several clients share one session.
    await sql`select pg_advisory_xact_lock(${migrationLock}::bigint)`.execute(transaction);
    for (const migration of await missing(transaction)) await apply(transaction, migration);
  });
}

async function missing(db: Kysely<JournalTables>): Promise<readonly Migration[]> {
  // Not to_regclass: it remembers that there was no such table when we began to wait for the lock.
  const found = await sql`
    select 1 from pg_catalog.pg_tables
    where schemaname = ${schemaName} and tablename = 'migrations'`.execute(db);
  if (found.rows.length === 0) return migrations;
  const rows = await db.withSchema(schemaName).selectFrom('migrations').select('name').execute();
  const applied = new Set(rows.map(({ name }) => name));
  return migrations.filter(({ name }) => !applied.has(name));
}

async function apply(db: Transaction<JournalTables>, migration: Migration): Promise<void> {
  await createMigrationTable(db);
  for (const statement of migration.statements) await sql.raw(statement).execute(db);
  await db
    .withSchema(schemaName)
    .insertInto('migrations')
    .values({ name: migration.name })
    .execute();
}

async function createMigrationTable(db: Transaction<JournalTables>): Promise<void> {
  await sql.raw(`create schema if not exists ${schemaName}`).execute(db);
  await sql
    .raw(
      `create table if not exists ${schemaName}.migrations (
        name text primary key,
        applied_at timestamptz not null default now()
      )`,
    )
    .execute(db);
}
