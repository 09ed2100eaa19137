/** What a bake sees and says: samples in, verdict with its evidence out. */

/** One arm's numbers in one interval. Counts are increases within the interval. */
export type Sample =
  | { kind: 'ratio'; bad: number; total: number }
  /** Cumulative buckets: [upper bound in milliseconds, requests at or below it]; last is overflowBound. */
  | { kind: 'latency'; buckets: [bound: number, count: number][] }
  | { kind: 'gauge'; value: number };

/** Both arms in one interval; null: the arm has no data. */
export interface ArmSamples {
  canary: Sample | null;
  stable: Sample | null;
}

/** How a single value did against its conditions. */
export interface ConditionOutcome {
  phase: 'successful' | 'failed' | 'inconclusive' | 'error';
  /** Why, for an `error`. */
  detail: string | null;
}

/** A failed measurement is data too: the three cases lead to different verdicts. */
export type MetricObservation =
  | ({
      phase: 'measured';
      /** By route, tenant or zone, for a metric that compares inside them. */
      strata?: Record<string, ArmSamples>;
      /** For a metric with conditions. */
      outcome?: ConditionOutcome;
    } & ArmSamples)
  | { phase: 'noData'; detail: string }
  | { phase: 'providerError'; detail: string };

/** All metrics of one interval. */
export interface Observation {
  /** Rises by one per interval of a bake; an index seen before is ignored. */
  index: number;
  /** Epoch milliseconds of the end of the interval. */
  at: number;
  metrics: Record<string, MetricObservation>;
}

/** What one metric shows at present, or why it shows nothing. */
export const findings = [
  'ok',
  'breach',
  'noData',
  'tooLittleTraffic',
  'undecided',
  'sickBaseline',
  'invalid',
  'providerError',
] as const;
export type Finding = (typeof findings)[number];

/** A value with an interval that holds at all looks at once; null at an end: without bound. */
export interface Estimate {
  value: number | null;
  low: number | null;
  high: number | null;
}

/** The running tests behind a metric that the sequential method judges. */
export interface SequentialEvidence {
  canary: Estimate | null;
  stable: Estimate | null;
  /** Canary / stable. */
  ratio: Estimate | null;
  /** ln E of both tests, null for −∞; a metric fails alone at `failAt` and passes at `passAt`. */
  logFail: number | null;
  logPass: number | null;
  failAt: number;
  passAt: number;
  /** About how many more canary requests each decision needs; null: cannot be told. */
  moreToFail: number | null;
  moreToPass: number | null;
  /** False: no history told how noisy the metric is, so the false-alarm rate is not promised. */
  calibrated: boolean | null;
}

export interface MetricEvidence {
  metric: string;
  finding: Finding;
  /** Values in the metric's unit: a share, milliseconds or a plain number. */
  canary: number | null;
  stable: number | null;
  /** The canary had to stay at or below this. */
  bound: number | null;
  /** Canary requests in the window; null for a gauge. */
  requests: number | null;
  /** One sentence a person understands. */
  sentence: string;
  sequential?: SequentialEvidence;
  /** Judged and shown, without a say. */
  dryRun?: true;
}

/** Words of a verdict. All but the first two leave the decision to the policy. */
export const verdictNames = [
  'pass',
  'fail',
  /** Too little was seen to tell. */
  'insufficient_data',
  /** Enough was seen, and neither side is proven. */
  'inconclusive',
  /** The comparison itself is broken. */
  'invalid',
] as const;
export type VerdictName = (typeof verdictNames)[number];

export interface Verdict {
  verdict: VerdictName;
  /** What decided: `ok` for a pass, `breach` for a fail, anything else for the others. */
  cause: Finding;
  /** The metric that decided; null when all did. */
  culprit: string | null;
  sentence: string;
  evidence: MetricEvidence[];
  /** How many intervals were looked at. */
  looks: number;
}

/** How long and how strictly one bake watches. Durations in milliseconds. */
export interface BakeLimits {
  min: number;
  max: number;
  /**
   * `guard`: watch a held weight; only `fail` ends it. `verify`: the version that is watched is the
   * one that traffic went back to, and there is no canary any more.
   */
  mode: 'bake' | 'guard' | 'verify';
}

/** A judge is pure: its whole memory is its state, which travels in heartbeats as JSON. */
export interface Judge<State> {
  /** Goes on from what an earlier watch of the same rollout has learned; `{}` for none. */
  start(memory: JudgeMemory): State;
  /** Takes one interval in. An interval seen before changes nothing. */
  observe(state: State, observation: Observation): State;
  /** The verdict after `elapsed` milliseconds, or null to go on watching. */
  decide(state: State, limits: BakeLimits, elapsed: number): Verdict | null;
  /** What each metric shows now. */
  evidence(state: State): MetricEvidence[];
  /** What the next watch of this rollout goes on from. */
  remember(state: State): JudgeMemory;
}

/** By part of the judge: JSON that only that part reads. */
export type JudgeMemory = Record<string, unknown>;

/** Metric name → value of the stable version when it last had enough traffic. */
export type Reference = Record<string, number>;
