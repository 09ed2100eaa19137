/** What a bake sees and says: samples in, verdict with its evidence out. */

/** One arm's numbers in one interval. Counts are increases within the interval. */
export type Sample =
  | { kind: 'ratio'; bad: number; total: number }
  /** Cumulative buckets: [upper bound in milliseconds, requests at or below it]; last is overflowBound. */
  | { kind: 'latency'; buckets: [bound: number, count: number][] }
  | { kind: 'gauge'; value: number };

/** A failed measurement is data too: the three cases lead to different verdicts. */
export type MetricObservation =
  | { phase: 'measured'; canary: Sample | null; stable: Sample | null }
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
  'sickBaseline',
  'providerError',
] as const;
export type Finding = (typeof findings)[number];

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
}

export interface Verdict {
  verdict: 'pass' | 'fail' | 'inconclusive';
  /** What decided: `ok` for a pass, `breach` for a fail, anything for inconclusive. */
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
  /** `guard`: watch a held weight; only `fail` ends it. */
  mode: 'bake' | 'guard';
}

/** A judge is pure: its whole memory is its state, which travels in heartbeats as JSON. */
export interface Judge<State> {
  start(reference: Reference): State;
  /** Takes one interval in. An interval seen before changes nothing. */
  observe(state: State, observation: Observation): State;
  /** The verdict after `elapsed` milliseconds, or null to go on watching. */
  decide(state: State, limits: BakeLimits, elapsed: number): Verdict | null;
  /** What each metric shows now. */
  evidence(state: State): MetricEvidence[];
  /** The stable version's values, for steps in which it no longer has traffic of its own. */
  reference(state: State): Reference;
}

/** Metric name → value of the stable version when it last had enough traffic. */
export type Reference = Record<string, number>;
