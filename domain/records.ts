/** What is read back: lines of lists, entries with their position, pages. The same at every face. */

import type { JournalEntry, ReleaseStage } from './events.ts';
import type { Outcome } from './release.ts';

/** An entry with its position in the whole journal: rises, and never changes afterwards. */
export interface RecordedEntry extends JournalEntry {
  position: number;
}

/** One line of a list of releases. */
export interface ReleaseSummary {
  id: string;
  application: string;
  number: number;
  version: string;
  initiator: string;
  stage: ReleaseStage;
  outcome: Outcome | null;
  sentence: string | null;
  submittedAt: string;
  endedAt: string | null;
}

/** One line of a list of applications. */
export interface ApplicationSummary {
  application: string;
  revision: number;
  /** Release that has the lane. */
  active: string | null;
  queue: string[];
  /** Environment → version that is live there. */
  environments: Record<string, string | null>;
}

export interface Page<Item> {
  items: Item[];
  /** Pass it back for the next page; null at the end. */
  cursor: string | null;
}
