/** What the sequential judge remembers, and what it says. */

import type { MetricState } from './metric.ts';
import type { SplitState } from './split.ts';

/** JSON through and through: it travels in heartbeats, and from step to step of a rollout. */
export interface SequentialState {
  /** Index of the last interval taken in; −1 when the step has begun without one. */
  lastIndex: number;
  /** Intervals judged since the rollout began. */
  looks: number;
  metrics: Record<string, MetricState>;
  split: SplitState;
  /** Latched: the combined evidence was once at or above 1/α. */
  failed: { look: number; culprit: string | null } | null;
}

export type SequentialVerdictName =
  | 'pass'
  | 'fail'
  | 'continue'
  | 'insufficient_data'
  | 'inconclusive'
  /** The comparison itself is broken: wrong split of the traffic, or too many missing intervals. */
  | 'invalid';

export interface SequentialVerdict {
  verdict: SequentialVerdictName;
  /** Intervals judged so far. */
  look: number;
  /** ln E by metric; −∞ where the data speak against it as clearly as can be. */
  logEvidence: Record<string, { fail: number; pass: number }>;
  /** ln of the combined evidence for `fail`, which is decided at `threshold` = ln(1/α). */
  combined: number;
  threshold: number;
  /** The metric that contributed most to a `fail`; null for other verdicts. */
  culprit: string | null;
  /** One sentence a person understands. */
  sentence: string;
}
