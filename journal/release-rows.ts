/** What a batch of entries says about its releases: the rows that are merged into `releases`. */

import type { JournalEntry, ReleaseEvent, ReleaseStage, RolloutEvent } from '../domain/events.ts';
import type { Outcome } from '../domain/release.ts';
import { toTime } from './json.ts';

/**
 * Groups of columns that each come from one event and are replaced as a whole by a later one. The
 * key says which event: greater is later, `''` is none. Since the latest wins whatever the order,
 * batches may come late, twice or out of order.
 */
export interface ReleaseRow {
  application: string;
  number: number;
  submitted_key: string;
  version: string | null;
  initiator: string | null;
  commit: string | null;
  submitted_at: string | null;
  stage_key: string;
  stage: ReleaseStage;
  ended_key: string;
  outcome: Outcome | null;
  sentence: string | null;
  ended_at: string | null;
  /** By environment: the sentence of a rollback past its deadline, null once it is verified. */
  late: Record<string, { key: string; sentence: string | null }>;
}

/** Key column → the columns that come with it. */
export const columnGroups = {
  submitted_key: ['version', 'initiator', 'commit', 'submitted_at'],
  stage_key: ['stage'],
  ended_key: ['outcome', 'sentence', 'ended_at'],
} as const satisfies Record<string, (keyof ReleaseRow)[]>;

/** One row per release that the batch says something about. */
export function releaseRows(entries: readonly JournalEntry[]): ReleaseRow[] {
  const rows = new Map<string, ReleaseRow>();
  for (const entry of entries.toSorted((a, b) => (orderKey(a) < orderKey(b) ? -1 : 1))) {
    const { application, release: number } = entry;
    const id = `${application}:${number}`;
    const row = rows.get(id) ?? emptyRow(application, number);
    const facts = factsOf(entry, row);
    if (facts) rows.set(id, { ...row, ...facts });
  }
  return [...rows.values()];
}

function factsOf(entry: JournalEntry, row: ReleaseRow): Partial<ReleaseRow> | null {
  const { event } = entry;
  if (event.environment === null) return releaseFacts(event, orderKey(entry));
  const sentence = latenessOf(event);
  if (sentence === undefined) return null;
  return { late: { ...row.late, [event.environment]: { key: orderKey(entry), sentence } } };
}

/** What `advance` makes of it: late until verified. Undefined when the event says nothing of it. */
function latenessOf(event: RolloutEvent): string | null | undefined {
  switch (event.type) {
    case 'rollback.delayed':
    case 'rollback.failed':
      return event.sentence;
    case 'rollout.ended':
      return event.outcome === 'rollback_failed' ? event.sentence : null;
    case 'rollback.verified':
    case 'rollout.started':
      return null;
    default:
      return undefined;
  }
}

/**
 * The order in which a release's entries are folded: by the clock of the workflows, which never
 * falls within a source. Positions would not do, they depend on which batch came first.
 */
function orderKey({ source, sequence, event }: JournalEntry): string {
  return `${toTime(event.at)} ${source} ${String(sequence).padStart(10, '0')}`;
}

function releaseFacts(event: ReleaseEvent, key: string): Partial<ReleaseRow> | null {
  switch (event.type) {
    case 'release.submitted':
      return {
        submitted_key: key,
        version: event.version.name,
        initiator: event.by.id,
        commit: event.version.commit ?? null,
        submitted_at: toTime(event.at),
      };
    case 'stage.entered':
      return { stage_key: key, stage: event.stage };
    case 'release.warm':
      return { stage_key: key, stage: 'warm' };
    case 'release.ended': {
      const { outcome, sentence } = event;
      const ended = { ended_key: key, outcome, sentence, ended_at: toTime(event.at) };
      return { stage_key: key, stage: 'ended', ...ended };
    }
    default:
      return null;
  }
}

function emptyRow(application: string, number: number): ReleaseRow {
  return {
    application,
    number,
    submitted_key: '',
    version: null,
    initiator: null,
    commit: null,
    submitted_at: null,
    stage_key: '',
    stage: 'queued',
    ended_key: '',
    outcome: null,
    sentence: null,
    ended_at: null,
    late: {},
  };
}
