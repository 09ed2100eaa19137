/** Reading the list of releases, newest first, page by page. */

import { sql, type Kysely, type Selectable } from 'kysely';
import { formatReleaseId, type ReleaseId } from '../domain/ids.ts';
import type { Page, ReleaseFilter, ReleaseSummary } from './contract.ts';
import { checkedLimit, formatCursor, parseCursor } from './cursor.ts';
import type { JournalTables } from './schema.ts';

const usualLimit = 50;
const mostReleases = 200;

/** Throws request_invalid for a limit or cursor that cannot be. */
export async function listReleases(
  journal: Kysely<JournalTables>,
  filter: ReleaseFilter,
): Promise<Page<ReleaseSummary>> {
  const limit = checkedLimit(filter.limit ?? usualLimit, mostReleases);
  const rows = await selectReleases(journal, filter)
    .orderBy('submitted_at', 'desc')
    .orderBy('application', 'desc')
    .orderBy('number', 'desc')
    .limit(limit + 1)
    .execute();
  const items = rows.slice(0, limit).map(toSummary);
  const last = items.at(-1);
  if (rows.length <= limit || !last) return { items, cursor: null };
  return { items, cursor: formatCursor([last.submittedAt, last.application, last.number]) };
}

function selectReleases(journal: Kysely<JournalTables>, filter: ReleaseFilter) {
  let query = journal
    .selectFrom('releases')
    .selectAll()
    .where('version', 'is not', null)
    .where('submitted_at', 'is not', null)
    .$narrowType<{ version: string; submitted_at: Date }>();
  const { application, outcome, active, cursor } = filter;
  if (application !== undefined) query = query.where('application', '=', application);
  if (outcome !== undefined) query = query.where('shown_outcome', '=', outcome);
  if (active !== undefined) query = query.where('ended_at', active ? 'is' : 'is not', null);
  if (cursor !== undefined) {
    const [at, name, number] = parseCursor(cursor);
    query = query.where(
      sql<boolean>`(submitted_at, application, number) < (${at}::timestamptz, ${name}, ${number})`,
    );
  }
  return query;
}

type ShownRelease = Selectable<JournalTables['releases']> & { version: string; submitted_at: Date };

function toSummary(row: ShownRelease): ReleaseSummary {
  const { application, number, version, stage } = row;
  return {
    id: formatReleaseId({ application, number }),
    application,
    number,
    version,
    initiator: row.initiator ?? '',
    stage,
    outcome: row.shown_outcome,
    sentence: row.shown_sentence,
    submittedAt: row.submitted_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
  };
}

/** Releases in the verify stage whose version was built from exactly this commit. */
export async function releasesVerifying(
  journal: Kysely<JournalTables>,
  commit: string,
): Promise<ReleaseId[]> {
  return await journal
    .selectFrom('releases')
    .select(['application', 'number'])
    .where('commit', '=', commit)
    .where('stage', '=', 'verify')
    .where('ended_at', 'is', null)
    .orderBy('application')
    .orderBy('number')
    .execute();
}
