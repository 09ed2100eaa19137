/** What the journal remembers and how it is read; one implementation, on PostgreSQL or PGlite. */

import type { JournalEntry, Measurement } from '../domain/events.ts';
import type { OverrideRecord } from '../domain/calendar/override.ts';
import type { ReleaseId } from '../domain/ids.ts';
import type { ReleaseProgress } from '../domain/progress.ts';
import type { Outcome } from '../domain/release.ts';
import type { Page, RecordedEntry, ReleaseSummary } from '../domain/records.ts';

export type { Page, RecordedEntry, ReleaseSummary } from '../domain/records.ts';

export interface ReleaseFilter {
  application?: string | undefined;
  outcome?: Outcome | undefined;
  /** Only those that have not ended (true) or have (false). */
  active?: boolean | undefined;
  /** 1 to 200; 50 by default. */
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** For the workers: append only, and every call may be repeated. */
export interface JournalWriter {
  append(entries: readonly JournalEntry[]): Promise<void>;
  appendMeasurements(measurements: readonly Measurement[]): Promise<void>;
}

/** For the API. Nothing here asks Temporal, so it answers with no worker running. */
export interface JournalReader {
  listReleases(filter: ReleaseFilter): Promise<Page<ReleaseSummary>>;
  /** The fold of the release's entries; null when the journal has none. */
  readProgress(release: ReleaseId): Promise<ReleaseProgress | null>;
  /** Entries of one release in the order of the journal, after `position` (0 for all). */
  readEntries(release: ReleaseId, after: number, limit: number): Promise<RecordedEntry[]>;
  /** Entries of all releases (or one application's) after `position`, for live streams. */
  entriesAfter(position: number, limit: number, application?: string): Promise<RecordedEntry[]>;
  /** The last position given out; 0 when the journal is empty. */
  lastPosition(): Promise<number>;
  /** When the calendar was overridden, newest first; of one application or of all. */
  readOverrides(filter: {
    application?: string | undefined;
    limit: number;
  }): Promise<OverrideRecord[]>;
  /** In time order, after `after` (ISO 8601) when given. */
  readMeasurements(
    release: ReleaseId,
    filter: { environment?: string | undefined; after?: string | undefined; limit: number },
  ): Promise<Measurement[]>;
  /** Releases in the verify stage that wait for this commit: a webhook wakes them. */
  releasesVerifying(commit: string): Promise<ReleaseId[]>;
  /** Throws journal_unavailable when the database does not answer. */
  ping(): Promise<void>;
}

export interface Journal extends JournalWriter, JournalReader {
  close(): Promise<void>;
}
