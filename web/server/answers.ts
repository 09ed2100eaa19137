/** What the server answers, as far as the console reads it. */

import type { Action } from '../../domain/actions.ts';
import type { Measurement } from '../../domain/events.ts';
import type { Lane } from '../../domain/lane.ts';
import type { Ledger } from '../../domain/ledger.ts';
import type { WaveOverview } from '../../domain/overview.ts';
import type { ReleaseProgress } from '../../domain/progress.ts';

export type {
  ApplicationSummary,
  Page,
  RecordedEntry,
  ReleaseSummary,
} from '../../domain/records.ts';

export type Links = Record<string, string | null>;

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

export type ReleaseAnswer = ReleaseProgress & {
  overview: WaveOverview[];
  allowedActions: Action[];
  links: Links;
};

export interface Measurements {
  items: Measurement[];
}
