/** What the server answers, as far as the console reads it. */

import type { Action } from '../../domain/actions.ts';
import type { JournalEntry, Measurement, ReleaseStage } from '../../domain/events.ts';
import type { Lane } from '../../domain/lane.ts';
import type { Ledger } from '../../domain/ledger.ts';
import type { ReleaseProgress } from '../../domain/progress.ts';
import type { Outcome } from '../../domain/release.ts';

export type Links = Record<string, string | null>;

export interface ApplicationSummary {
  application: string;
  revision: number;
  active: string | null;
  queue: string[];
  /** Environment → version that is live there. */
  environments: Record<string, string | null>;
}

export interface ApplicationAnswer {
  application: string;
  revision: number;
  spec: object;
  lane: Lane;
  ledger: Ledger;
  links: Links;
}

export interface SubmitAnswer {
  id: string;
}

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

export type ReleaseAnswer = ReleaseProgress & { allowedActions: Action[]; links: Links };

export interface Page<Item> {
  items: Item[];
  cursor: string | null;
}

export interface Measurements {
  items: Measurement[];
}

/** An event with its place in the record. */
export interface RecordedEntry extends JournalEntry {
  position: number;
}
