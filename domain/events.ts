/** All that can happen to a release, one union; the journal keeps them, every screen folds them. */

import type { MetricEvidence, Verdict } from './analysis/verdict.ts';
import type { Action } from './actions.ts';
import type { BackEventBody } from './after-rollback.ts';
import type { GateProgress } from './gates.ts';
import type { HoldEventBody } from './calendar/hold.ts';
import type { Packable } from './pack.ts';
import type { TripEventBody } from './round-trip.ts';
import type { Plan } from './plan.ts';
import type { Actor, Outcome, Reach, TrafficShare, Version, Weight } from './release.ts';
import type { ReturnPart } from './waves.ts';

/** Something that is waited for: what, since when, until when, and what happens then. */
export interface Wait {
  /** Stable key, e.g. `gate`, `hold`, `bake`, `queue`, `warm`, `checks`. */
  key: string;
  /** Sentence part: `1 approval before wave 2`. */
  for: string;
  /** ISO 8601. */
  since: string;
  /** ISO 8601; null when only another event ends it. */
  until: string | null;
  /** Sentence part: `the release is rejected`. */
  then: string;
}

/** Result of one test on the candidate. */
export interface TestResult {
  name: string;
  passed: boolean;
  total: number;
  failed: number;
  failures: string[];
  detail: string;
  logTail: string;
}

/** What the past of the stable version says about one metric. */
export interface MetricHistory {
  metric: string;
  /** Intervals with data, of those that were asked for. */
  intervals: number;
  /** Instances (pods, hosts) that were told apart; absent in older records. */
  instances?: number;
  /** Requests per second; null for a gauge, or without data. */
  requestsPerSecond: number | null;
  /** Share of bad requests; null where there is none. */
  rate: number | null;
  /** Enough was seen to know how noisy the metric is. */
  calibrated: boolean;
  /** Why there is no data; null when there is some. */
  detail: string | null;
}

export type RolloutOutcome = 'finished' | 'rolled_back' | 'abandoned' | 'rollback_failed';

/** What happens to a gate, of the release or inside a rollout. */
export type GateEventBody =
  | ({ type: 'gate.opened'; wait: Wait } & Omit<GateProgress, 'approvals'>)
  | { type: 'gate.approved'; gate: string; by: Actor; reason: string | null; missing: number }
  | { type: 'gate.closed'; gate: string; approved: boolean; sentence: string };

/** Stages in which a target or a router may keep failing. */
export type DelayedStage = 'deploy' | 'shift' | 'finished' | 'rollback';

/** What happens in one environment. */
export type RolloutEventBody =
  | GateEventBody
  | {
      type: 'rollout.started';
      stable: string | null;
      designated: string | null;
      weights: Weight[];
      /** What each step reaches, in words; absent when the weights say it all. */
      audiences?: string[];
    }
  | { type: 'version.deploying'; version: string }
  | { type: 'version.deployed'; version: string; url: string }
  | { type: 'test.started'; name: string }
  | { type: 'test.finished'; result: TestResult }
  | { type: 'rollout.calibrated'; histories: MetricHistory[] }
  | ({ type: 'traffic.shifted'; shares: TrafficShare[]; step: number | null } & Reach)
  | ({ type: 'bake.started'; step: number; wait: Wait } & Reach)
  | ({ type: 'bake.finished'; step: number; verdict: Verdict } & Reach)
  | ({
      type: 'bake.promoted';
      step: number;
      by: Actor;
      reason: string | null;
      /** Straight to 100 %; absent: one step. */
      full?: true;
    } & Reach)
  | { type: 'rollout.holding'; wait: Wait }
  | { type: 'calendar.overridden'; by: Actor; reason: string; until: string; what: string }
  | { type: 'rollout.resumed' }
  | {
      /** What a stage needs has failed time and again; it is tried on. */
      type: 'step.delayed';
      stage: DelayedStage;
      /** Tries that failed. */
      attempts: number;
      /** Why the last one failed. */
      sentence: string;
      wait: Wait;
    }
  /** People meet it from now on, and going back past it takes somebody's explicit word. */
  | { type: 'door.passed'; version: string; reason: string }
  | { type: 'rollout.finished'; version: string }
  /** It has passed the watch after this wave. */
  | { type: 'rollout.settled'; wave: number }
  | { type: 'rollback.started'; to: string | null; cause: string; by: Actor }
  | { type: 'rollback.delayed'; sentence: string; attempts: number }
  | BackEventBody
  | TripEventBody
  | { type: 'version.retired'; version: string }
  /** No worker serves this environment: what was asked of it waits, in silence but for this. */
  | { type: 'worker.missed'; queue: string; wait: Wait }
  | { type: 'worker.returned'; queue: string }
  | {
      type: 'rollout.ended';
      version: string;
      outcome: RolloutOutcome;
      live: string | null;
      sentence: string;
    };

/** Types of what happens in one environment, to tell them from anything else. */
export const rolloutEventTypes = [
  'rollout.started',
  'version.deploying',
  'version.deployed',
  'test.started',
  'test.finished',
  'rollout.calibrated',
  'traffic.shifted',
  'bake.started',
  'bake.finished',
  'bake.promoted',
  'rollout.holding',
  'calendar.overridden',
  'rollout.resumed',
  'step.delayed',
  'door.passed',
  'rollout.finished',
  'rollout.settled',
  'rollback.started',
  'rollback.delayed',
  'rollback.returned',
  'rollback.failed',
  'rollback.left',
  'rollback.verified',
  'trip.started',
  'trip.finished',
  'version.retired',
  'worker.missed',
  'worker.returned',
  'rollout.ended',
  'gate.opened',
  'gate.approved',
  'gate.closed',
] as const satisfies readonly RolloutEventBody['type'][];

/** What is decided for all applications at once; recorded beside the releases. */
export type EstateEventBody =
  | { type: 'estate.stopped'; by: Actor; reason: string }
  | { type: 'estate.resumed'; by: Actor; reason: string | null };

/** What happens to the release as a whole. */
export type ReleaseEventBody =
  | EstateEventBody
  | {
      type: 'release.submitted';
      version: Version;
      by: Actor;
      reason: string | null;
      /** Why it takes the express lane; absent: it does not. */
      hotfix?: string;
    }
  | { type: 'release.queued'; wait: Wait }
  | {
      type: 'release.admitted';
      /** Packed when there are many environments. */
      plan: Packable<Plan>;
      /** Its turn in the lane; absent in records from before turns were counted. */
      turn?: number;
    }
  | { type: 'check.started'; check: string; wait: Wait }
  | {
      type: 'check.finished';
      check: string;
      state: 'passed' | 'failed' | 'skipped';
      detail: string;
      url: string | null;
    }
  | { type: 'stage.entered'; stage: ReleaseStage }
  | { type: 'release.holding'; wait: Wait }
  | { type: 'release.resumed' }
  | GateEventBody
  | {
      type: 'action.accepted';
      action: Action;
      by: Actor;
      reason: string | null;
      /** The one environment it is about; null for the release as a whole. */
      only: string | null;
      /** Past a one-way door all the same. */
      force?: true;
      /** For `override`: ISO 8601. */
      until?: string;
    }
  /** All environments at 100 % are watched before the next wave begins. */
  | { type: 'wave.baking'; wave: number; wait: Wait }
  | { type: 'wave.baked'; wave: number; tolerated: string[] }
  /** What goes back, in this order; wave 0 is staging. */
  | { type: 'rollback.ordered'; order: ReturnPart[] }
  | HoldEventBody
  | { type: 'version.quarantined'; version: string; reason: string }
  | { type: 'release.warm'; wait: Wait }
  | { type: 'release.ended'; outcome: Outcome; sentence: string };

export const releaseStages = [
  'queued',
  'verify',
  'staging',
  'production',
  'warm',
  'rollback',
  'ended',
] as const;
export type ReleaseStage = (typeof releaseStages)[number];

interface EventFrame {
  /** ISO 8601, from the workflow's clock. */
  at: string;
}

export type RolloutEvent = EventFrame & { environment: string } & RolloutEventBody;
export type ReleaseEvent = EventFrame & { environment: null } & ReleaseEventBody;
export type CrescendoEvent = RolloutEvent | ReleaseEvent;

/** An event with its place in the record. */
export interface JournalEntry {
  application: string;
  /** Release number; 0 for what is of the application and of no release. */
  release: number;
  /** Workflow that recorded it, e.g. `rollout:shop:7:eu`. */
  source: string;
  /** Rises by one per event of a source, without gaps; with `source` the unique key. */
  sequence: number;
  event: CrescendoEvent;
}

/** One look at the metrics, as kept for plots and audits. */
export interface Measurement {
  application: string;
  release: number;
  environment: string;
  /** Bake id: unique per watch, so that a repeated interval is recorded once. */
  bake: string;
  index: number;
  at: string;
  weight: Weight;
  evidence: MetricEvidence[];
}
