/** What the server answers, as far as the CLI reads it. */

import type { StepForecast } from '../domain/analysis/forecast.ts';
import type { Action } from '../domain/actions.ts';
import type { Freeze } from '../domain/calendar/freeze-spec.ts';
import type { Hold } from '../domain/calendar/hold.ts';
import type { CalendarForecast } from '../domain/calendar/forecast.ts';
import type { Measurement, MetricHistory } from '../domain/events.ts';
import type { Estimate } from '../domain/estimate.ts';
import type { Lane } from '../domain/lane.ts';
import type { Ledger } from '../domain/ledger.ts';
import type { Plan } from '../domain/plan.ts';
import type { ReleaseProgress } from '../domain/progress.ts';

export type { ApplicationSummary, Page, RecordedEntry, ReleaseSummary } from '../domain/records.ts';

type Links = Record<string, string | null>;

export interface ApplyAnswer {
  application: string;
  revision: number;
  changed: boolean;
  warnings: string[];
}

export interface ApplicationAnswer {
  application: string;
  revision: number;
  /** With every default filled in. */
  spec: { production: { waves: { environments: string[] }[] } } | null;
  lane: Lane;
  ledger: Ledger;
  links?: Links;
}

/** What the evidence of an environment's steps can be expected to show. */
export interface EnvironmentForecast {
  environment: string;
  /** What the past of the stable version showed; absent from older servers. */
  histories?: MetricHistory[];
  steps: StepForecast[];
  warnings: string[];
}

export interface HoldsAnswer {
  holds: Hold[];
  /** Of its specification; none where all applications were asked about. */
  freezes?: Freeze[];
  /** Over all applications, beside its own; absent from older servers. */
  everywhere?: Hold[];
}

/** What the calendar means for a plan; absent from older servers. */
export interface Outlook {
  calendar?: CalendarForecast[];
  estimate?: Estimate;
}

export interface PlanAnswer extends Outlook {
  plan: Plan;
  /** Null when nobody could be asked, absent from older servers. */
  forecast?: EnvironmentForecast[] | null;
  withFreeze?: Outlook;
}

export interface SubmitAnswer {
  id: string;
  application: string;
  number: number;
  /** Releases ahead in the lane. */
  ahead: number;
  /** True when the idempotency key had been used for this very request. */
  repeated: boolean;
  links?: Links;
}

export type ReleaseAnswer = ReleaseProgress & { allowedActions?: Action[]; links?: Links };

export interface Measurements {
  items: Measurement[];
}

export interface Readiness {
  ready: boolean;
  checks: Record<string, { ok: boolean; detail: string }>;
}
