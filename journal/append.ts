/** Writing: one statement per batch, so one round trip, and all of it or nothing. */

import { sql, type Kysely } from 'kysely';
import type { JournalEntry, Measurement } from '../domain/events.ts';
import type { JournalWriter } from './contract.ts';
import { toJsonb, toTime } from './json.ts';
import { columnGroups, releaseRows } from './release-rows.ts';
import type { JournalTables } from './schema.ts';

/** Any number that nobody else locks with. */
const appendLock = '4810278133002571002';

const columnList = sql.raw(
  ['application', 'number', 'late', ...Object.entries(columnGroups).flat(2)].join(', '),
);

/** Keeps a column unless the batch knows something later. */
const mergedColumns = sql.raw(
  Object.entries(columnGroups)
    .flatMap(([key, columns]) => [key, ...columns].map((column) => keepLater(key, column)))
    .join(', '),
);

function keepLater(key: string, column: string): string {
  return `${column} = case when excluded.${key} > releases.${key}
    then excluded.${column} else releases.${column} end`;
}

export function createWriter(db: Kysely<JournalTables>): JournalWriter {
  return {
    append: async (entries) => {
      if (entries.length > 0) await append(db, entries);
    },
    appendMeasurements: async (measurements) => {
      if (measurements.length > 0) await appendMeasurements(db, measurements);
    },
  };
}

/** The later of both sides, environment by environment. */
const mergedLate = sql.raw(`(
  select coalesce(jsonb_object_agg(environment, fact), '{}') from (
    select distinct on (environment) environment, fact
    from (
      select * from jsonb_each(releases.late) union all select * from jsonb_each(excluded.late)
    ) as facts (environment, fact)
    order by environment, fact ->> 'key' collate "C" desc
  ) as latest)`);

/**
 * Everybody who appends takes turns until the end of the transaction: a position is given out only
 * when all lower ones can be seen, so that who reads `position > last` misses nothing
 * (docs/decisions/journal-positions.md). Both inserts select from `turn`, so neither begins before.
 */
async function append(db: Kysely<JournalTables>, entries: readonly JournalEntry[]): Promise<void> {
  await sql`
    with turn as materialized (
      select pg_advisory_xact_lock(${appendLock}::bigint)
    ), recorded as (
      insert into crescendo.events
        (application, release, source, sequence, at, type, environment, event)
      select entry.application, entry.release, entry.source, entry.sequence, entry.at,
        entry.event ->> 'type', entry.event ->> 'environment', entry.event
      from turn, jsonb_to_recordset(${toJsonb(entries.map(eventRow))}::text::jsonb) as entry (
        rank integer, application text, release integer, source text, sequence integer,
        at timestamptz, event jsonb)
      order by entry.rank
      on conflict (source, sequence) do nothing
    )
    insert into crescendo.releases (${columnList})
    select ${columnList}
    from turn, jsonb_populate_recordset(
      null::crescendo.releases, ${toJsonb(releaseRows(entries))}::text::jsonb) as row
    order by application, number
    on conflict (application, number) do update set late = ${mergedLate}, ${mergedColumns}`.execute(
    db,
  );
}

function eventRow(entry: JournalEntry, rank: number): object {
  const { application, release, source, sequence, event } = entry;
  return { rank, application, release, source, sequence, at: toTime(event.at), event };
}

async function appendMeasurements(
  db: Kysely<JournalTables>,
  measurements: readonly Measurement[],
): Promise<void> {
  const rows = measurements.map((row) => ({ ...row, at: toTime(row.at) }));
  await sql`
    insert into crescendo.measurements
      (application, release, environment, bake, index, at, weight, evidence)
    select application, release, environment, bake, index, at, weight, evidence
    from jsonb_populate_recordset(
      null::crescendo.measurements, ${toJsonb(rows)}::text::jsonb)
    on conflict (bake, index) do nothing`.execute(db);
}
