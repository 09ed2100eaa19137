/** Reading entries, progress and measurements; releases.ts reads the list of releases. */

import { sql, type Kysely } from 'kysely';
import type { Measurement } from '../domain/events.ts';
import type { ReleaseId } from '../domain/ids.ts';
import { advanceAll, newRelease, type ReleaseProgress } from '../domain/progress.ts';
import type { JournalReader, RecordedEntry } from './contract.ts';
import { checkedLimit, checkedTime } from './cursor.ts';
import { readOverrides } from './overrides.ts';
import { listReleases, releasesVerifying } from './releases.ts';
import { schemaName, type JournalTables } from './schema.ts';

/** The most entries or measurements that one call returns. */
const mostRows = 10_000;

export function createReader(db: Kysely<JournalTables>): JournalReader {
  const journal = db.withSchema(schemaName);
  return {
    listReleases: (filter) => listReleases(journal, filter),
    releasesVerifying: (commit) => releasesVerifying(journal, commit),
    readProgress: (release) => readProgress(journal, release),
    readEntries: (release, after, limit) =>
      entries(journal, after, limit, release.application, release.number),
    entriesAfter: (position, limit, application) => entries(journal, position, limit, application),
    lastPosition: () => lastPosition(journal),
    readOverrides: (filter) => readOverrides(journal, filter),
    readMeasurements: (release, filter) => readMeasurements(journal, release, filter),
    ping: async () => void (await sql`select 1`.execute(journal)),
  };
}

async function entries(
  journal: Kysely<JournalTables>,
  after: number,
  limit: number,
  application?: string,
  release?: number,
): Promise<RecordedEntry[]> {
  let query = journal.selectFrom('events').where('position', '>', after);
  if (application !== undefined) query = query.where('application', '=', application);
  if (release !== undefined) query = query.where('release', '=', release);
  const rows = await query
    .select(['position', 'application', 'release', 'source', 'sequence', 'event'])
    .orderBy('position')
    .limit(checkedLimit(limit, mostRows))
    .execute();
  return rows.map((row) => ({ ...row, position: Number(row.position) }));
}

async function lastPosition(journal: Kysely<JournalTables>): Promise<number> {
  const last = await journal
    .selectFrom('events')
    .select((is) => is.fn.max('position').as('position'))
    .executeTakeFirst();
  return Number(last?.position ?? 0);
}

/** Folds in the order of the workflows' clocks, as release-rows.ts does, not in that of arrival. */
async function readProgress(
  journal: Kysely<JournalTables>,
  release: ReleaseId,
): Promise<ReleaseProgress | null> {
  const rows = await journal
    .selectFrom('events')
    .select('event')
    .where('application', '=', release.application)
    .where('release', '=', release.number)
    .orderBy('at')
    .orderBy('source')
    .orderBy('sequence')
    .execute();
  if (!rows[0]) return null;
  const { application, number } = release;
  const start = newRelease({ application, number }, rows[0].event.at);
  return advanceAll(
    start,
    rows.map(({ event }) => event),
  );
}

/**
 * Measurements of the same millisecond stay together, even beyond the limit: who continues after
 * the last `at` would miss the rest of them.
 */
async function readMeasurements(
  journal: Kysely<JournalTables>,
  release: ReleaseId,
  filter: Parameters<JournalReader['readMeasurements']>[1],
): Promise<Measurement[]> {
  let query = journal
    .selectFrom('measurements')
    .where('application', '=', release.application)
    .where('release', '=', release.number);
  if (filter.environment !== undefined) {
    query = query.where('environment', '=', filter.environment);
  }
  if (filter.after !== undefined)
    query = query.where('at', '>', checkedTime('after', filter.after));
  const rows = await query
    .selectAll()
    .orderBy('at')
    .fetch(checkedLimit(filter.limit, mostRows), 'with ties')
    .execute();
  return rows.map((row) => ({ ...row, at: row.at.toISOString() })).toSorted(inTime);
}

function inTime(a: Measurement, b: Measurement): number {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  if (a.bake !== b.bake) return a.bake < b.bake ? -1 : 1;
  return a.index - b.index;
}
