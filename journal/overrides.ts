/** Reading when the calendar was overridden, for review. */

import type { Kysely } from 'kysely';
import type { OverrideRecord } from '../domain/calendar/override.ts';
import { formatReleaseId } from '../domain/ids.ts';
import type { JournalReader } from './contract.ts';
import { checkedLimit } from './cursor.ts';
import type { JournalTables } from './schema.ts';

const mostOverrides = 1000;

/** Newest first. */
export async function readOverrides(
  journal: Kysely<JournalTables>,
  { application, limit }: Parameters<JournalReader['readOverrides']>[0],
): Promise<OverrideRecord[]> {
  let query = journal.selectFrom('events').where('type', '=', 'calendar.overridden');
  if (application !== undefined) query = query.where('application', '=', application);
  const rows = await query
    .select(['application', 'release', 'event'])
    .orderBy('position', 'desc')
    .limit(checkedLimit(limit, mostOverrides))
    .execute();
  return rows.flatMap(({ application: app, release, event }) => {
    if (event.type !== 'calendar.overridden') return [];
    const { environment, at, by, reason, until, what } = event;
    const id = formatReleaseId({ application: app, number: release });
    return [{ release: id, environment, at, by, reason, until, what }];
  });
}
