import { CompiledQuery, Kysely, PostgresDialect, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  findPostgresOrSkip,
  startPostgres,
  type RunningPostgres,
} from '../test/support/postgres.ts';
import { createPool } from './connection.ts';
import type { JournalReader } from './contract.ts';
import { formatCursor } from './cursor.ts';
import { migrate } from './migrations.ts';
import { createReader } from './read.ts';
import type { JournalTables } from './schema.ts';

const programs = findPostgresOrSkip('journal/indexes.spec.ts');
const release = { application: 'app7', number: 3 };
const application = 'app7';
const cursor = formatCursor(['2126-01-01T00:00:00.000Z', 'app7', 7]);

/** What is read, and the index that must serve it. */
const reads: [index: string, what: string, read: (journal: JournalReader) => Promise<unknown>][] = [
  ['releases_newest', 'releases', (journal) => journal.listReleases({})],
  ['releases_newest', 'the next page', (journal) => journal.listReleases({ cursor })],
  [
    'releases_newest_of_application',
    "an application's releases",
    (journal) => journal.listReleases({ application, cursor }),
  ],
  ['releases_active', 'active releases', (journal) => journal.listReleases({ active: true })],
  [
    'releases_newest_of_outcome',
    'failed releases',
    (journal) => journal.listReleases({ outcome: 'rollback_failed' }),
  ],
  ['releases_by_commit', 'a commit', (journal) => journal.releasesVerifying('c400')],
  ['events_by_release', 'the progress', (journal) => journal.readProgress(release)],
  ['events_by_release', 'a timeline', (journal) => journal.readEntries(release, 9, 100)],
  ['events_pkey', 'all that is new', (journal) => journal.entriesAfter(9, 100)],
  [
    'events_by_application',
    'what is new of an application',
    (journal) => journal.entriesAfter(9, 100, application),
  ],
  ['events_pkey', 'the last position', (journal) => journal.lastPosition()],
  [
    'measurements_by_release',
    'measurements',
    (journal) => journal.readMeasurements(release, { limit: 100, environment: 'eu' }),
  ],
];

describe.skipIf(!programs)('journal/indexes', () => {
  let postgres: RunningPostgres;
  let db: Kysely<JournalTables>;
  const queries: CompiledQuery[] = [];

  beforeAll(async () => {
    postgres = await startPostgres(programs!);
    const pool = createPool(await postgres.createDatabase(), 2);
    db = new Kysely<JournalTables>({
      dialect: new PostgresDialect({ pool }),
      log: ({ query }) => void queries.push(query),
    });
    await migrate(db);
    for (const statement of rows) await sql.raw(statement).execute(db);
  });
  afterAll(async () => {
    await db?.destroy();
    await postgres?.stop();
  });

  it.each(reads)('%s serves %s', async (index, _what, read) => {
    queries.length = 0;
    await read(createReader(db));
    const [query, ...others] = queries.splice(0);
    expect(others).toEqual([]);
    const explained = CompiledQuery.raw(`explain ${query!.sql}`, [...query!.parameters]);
    const plan = JSON.stringify((await db.executeQuery(explained)).rows);
    expect(plan).toMatch(new RegExp(`(?:using|on) ${index}\\b`));
    expect(plan).not.toContain('Seq Scan');
  });
});

/** Enough, and what is asked for rare enough, that only its own index is cheap. */
const rows = [
  `insert into crescendo.events (application, release, source, sequence, at, type, event)
    select 'app' || i % 1000, i / 10000 + 1, 'source', i, now(), 'release.resumed',
      '{"at": "2026-01-01T00:00:00Z", "environment": null, "type": "release.resumed"}'
    from generate_series(1, 30000) i`,
  `insert into crescendo.releases
      (application, number, version, commit, submitted_at, stage, outcome, ended_at)
    select 'app' || i % 20, i, '1.' || i, 'c' || i, now() - i * interval '1 minute', 'ended',
      case when i % 50 = 0 then null when i % 1000 = 1 then 'rollback_failed' else 'succeeded' end,
      case when i % 50 > 0 then now() end
    from generate_series(1, 10000) i`,
  `insert into crescendo.measurements
    select 'app' || i % 1000, i / 10000 + 1, 'eu', 'bake', i, now() - i * interval '1 second', 5, '[]'
    from generate_series(1, 30000) i`,
  'analyze',
];
