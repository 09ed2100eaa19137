/** The journal's tables as the code sees them; migrations.ts holds what the database sees. */

import type { Generated } from 'kysely';
import type { CrescendoEvent, ReleaseStage } from '../domain/events.ts';
import type { MetricEvidence } from '../domain/analysis/verdict.ts';
import type { Outcome } from '../domain/release.ts';

/** Everything of the journal lives in this schema, so one `pg_dump -n` saves it. */
export const schemaName = 'crescendo';

/** Append only: a trigger refuses everything else. */
interface EventTable {
  /** A bigint: `pg` gives it as text, PGlite as a number. */
  position: Generated<string | number>;
  application: string;
  release: number;
  source: string;
  sequence: number;
  at: Date;
  type: CrescendoEvent['type'];
  environment: string | null;
  event: CrescendoEvent;
}

/** Read model, one row per release, written together with the events it is made of. */
interface ReleaseTable {
  application: string;
  number: number;
  /** Null until `release.submitted` has arrived; such rows are not shown. */
  version: string | null;
  initiator: string | null;
  commit: string | null;
  submitted_at: Date | null;
  stage: ReleaseStage;
  /** As `release.ended` says. */
  outcome: Outcome | null;
  sentence: string | null;
  ended_at: Date | null;
  /** As lists show: `rollback_failed` already while a rollback is past its deadline. */
  shown_outcome: Outcome | null;
  shown_sentence: string | null;
}

interface MeasurementTable {
  application: string;
  release: number;
  environment: string;
  bake: string;
  index: number;
  at: Date;
  weight: number;
  evidence: MetricEvidence[];
}

interface MigrationTable {
  name: string;
  applied_at: Generated<Date>;
}

export interface JournalTables {
  events: EventTable;
  releases: ReleaseTable;
  measurements: MeasurementTable;
  migrations: MigrationTable;
}
