/** All that the flow may ask of the hands: signatures only, on one page. */

import type { AnalysisSettings, MetricSpec } from '../domain/analysis/spec.ts';
import type { BakeLimits, JudgeMemory, Verdict } from '../domain/analysis/verdict.ts';
import type { Estate } from '../domain/estate.ts';
import type { JournalEntry, MetricHistory, TestResult } from '../domain/events.ts';
import type { Clearance } from '../domain/calendar/clearance.ts';
import type {
  Actor,
  Deployment,
  Place,
  ProviderReference,
  TrafficShare,
  Version,
  Weight,
} from '../domain/release.ts';
import type { RolloutCalendar } from '../domain/plan.ts';
import type { QueueState } from '../domain/task-queue.ts';
import type { TestSpec } from '../domain/test-spec.ts';

export interface VersionAtPlace {
  place: Place;
  version: Version;
}

export interface WayBackInput extends VersionAtPlace {
  /** It serves now, so it has to be ready; otherwise it is enough that it could be brought up. */
  warm: boolean;
}

/** Whether a version is there to go back to. */
export interface WayBack {
  ready: boolean;
  /** What is found, in a few words. */
  detail: string;
}

export interface ShiftInput {
  place: Place;
  /** The complete set of versions the router shall know, with their shares and rules. */
  shares: TrafficShare[];
  /** Rises with every decision about this place; a stalled worker's late call is refused. */
  fence: number;
}

export interface VerifyInput {
  check: ProviderReference;
  version: Version;
}

export interface CheckResult {
  state: 'passed' | 'failed';
  detail: string;
  url: string | null;
}

export interface TestInput {
  place: Place;
  version: Version;
  candidate: Deployment;
  test: TestSpec;
}

export interface BakeInput {
  /** Unique per watch: `shop:7/eu/2`. With the interval's index the key of a measurement. */
  id: string;
  release: number;
  place: Place;
  canary: string;
  stable: string | null;
  weight: Weight;
  metrics: MetricSpec[];
  settings: AnalysisSettings;
  /** Planned looks of the whole rollout. */
  horizon: number;
  limits: BakeLimits;
  /** Epoch milliseconds from the workflow's clock: a retry goes on counting from here. */
  startedAt: number;
  /** What earlier watches of this rollout have learned; `{}` for none. */
  memory: JudgeMemory;
}

export interface BakeResult {
  verdict: Verdict;
  memory: JudgeMemory;
}

export interface CalibrationInput {
  place: Place;
  /** The version that has the audience: its past is what the canary is compared with. */
  stable: string;
  metrics: MetricSpec[];
  settings: AnalysisSettings;
  horizon: number;
  /** Milliseconds after which a metric whose provider is silent counts as not known; none: its own. */
  patience?: number;
}

export interface CalibrationResult {
  memory: JudgeMemory;
  histories: MetricHistory[];
}

export interface NoticeInput {
  to: ProviderReference[];
  release: string;
  /** Unique per notice; a repeat is not told twice. */
  id: string;
  event: string;
  severity: 'info' | 'warning' | 'alert';
  title: string;
  text: string;
  at: string;
}

export interface QueueInput {
  taskQueue: string;
  /** What is known of it: the watch ends when that is no longer so. */
  served: boolean;
  /** Milliseconds that the change must have lasted. */
  settle: number;
}

export interface RecoverInput {
  application: string;
  release: number;
}

export interface CalendarQuestion extends RolloutCalendar {
  application: string;
  environment: string;
  /** Epoch milliseconds of the workflow's clock. */
  at: number;
}

/** Something that a group asks of one of its applications. */
export interface MemberReturn {
  group: string;
  application: string;
  by: Actor;
  reason: string | null;
  /** The same key, the same release. */
  key: string;
}

export interface MemberSubmission extends MemberReturn {
  version: Version;
}

/** Seconds: they write something down or look something up. */
export interface QuickActivities {
  /** Appends to the journal; entries that are there already are left as they are. */
  record(entries: JournalEntry[]): Promise<void>;
  /** Tells people. One notifier that fails does not keep the others from telling. */
  notify(notice: NoticeInput): Promise<void>;
  /** Whether the workflow of a release is still open, for a guardian that lost its handle. */
  isReleaseOpen(release: RecoverInput): Promise<boolean>;
  /** What holds for all applications now. */
  readEstate(): Promise<Estate>;
  /**
   * Whether production changes may start now. Asked of the hands, not of the workflow, because time
   * zones change with every build of Node.
   */
  checkCalendar(question: CalendarQuestion): Promise<Clearance>;
}

/** Up to minutes: they change an environment. All idempotent. */
export interface DeployingActivities {
  /** Brings a version up beside the others, without traffic; returns once it is ready. */
  deployVersion(input: VersionAtPlace): Promise<Deployment>;
  /** True when the version runs and is ready. */
  isVersionReady(input: VersionAtPlace): Promise<boolean>;
  /** Whether a version is there to go back to, now. */
  checkWayBack(input: WayBackInput): Promise<WayBack>;
  /** Stops a version. Refuses one that still has traffic. */
  retireVersion(input: VersionAtPlace): Promise<void>;
  /** Sets the shares and returns what the router really does afterwards. */
  shiftTraffic(input: ShiftInput): Promise<TrafficShare[]>;
  /** What the router does now. */
  readTraffic(place: Place): Promise<TrafficShare[]>;
}

/** Up to days: they watch, heartbeat, and resume where another worker stopped. */
export interface WatchingActivities {
  /** Polls until CI has decided. */
  verifyVersion(input: VerifyInput): Promise<CheckResult>;
  runTest(input: TestInput): Promise<TestResult>;
  /** Reads the past of the stable version, so that the judge knows how noisy the metrics are. */
  calibrate(input: CalibrationInput): Promise<CalibrationResult>;
  /** Samples, judges and records until there is a verdict. */
  bake(input: BakeInput): Promise<BakeResult>;
  /** Returns as soon as a version is there to go back to. */
  watchWayBack(input: WayBackInput): Promise<void>;
  /** Watches whether a worker polls a queue of activities, until that changes. */
  watchQueue(input: QueueInput): Promise<QueueState>;
  /** Returns as soon as the estate is another one than this revision. */
  watchEstate(seen: { revision: number }): Promise<Estate>;
}

/** A group asks its applications. */
export interface GroupActivities {
  /** Starts the release of a group's application; asked again it gives the same one. */
  submitMember(input: MemberSubmission): Promise<{ release: number }>;
  /** Goes back to what an application served before the group was released. */
  returnMember(input: MemberReturn): Promise<{ release: number }>;
}

/** The estate speaks to everybody. */
export interface EstateActivities {
  /** Tells every running release that freezes or holds over all of them have changed. */
  tellReleases(): Promise<void>;
}

/** All that the release of one application needs. */
export type ReleaseActivities = QuickActivities & DeployingActivities & WatchingActivities;
export type Activities = ReleaseActivities & GroupActivities & EstateActivities;
