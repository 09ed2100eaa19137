/** One method's part in judging a step: what it keeps, and where it stands. */

import type {
  BakeLimits,
  Finding,
  JudgeMemory,
  MetricEvidence,
  Observation,
  VerdictName,
} from './verdict.ts';

/** Where a part stands at one look. */
export type Standing =
  | { state: 'failed'; culprit: string | null; sentence: string }
  | { state: 'passed' }
  | {
      state: 'open';
      /** What it would be called if time were up now. */
      verdict: Exclude<VerdictName, 'pass' | 'fail'>;
      cause: Finding;
      culprit: string | null;
      sentence: string;
      /** True: waiting longer would not help. */
      final?: boolean;
    };

export interface JudgePart<State> {
  start(memory: JudgeMemory): State;
  /** Indices rise; the judge takes care that none comes twice. */
  observe(state: State, observation: Observation): State;
  standing(state: State, limits: BakeLimits, elapsed: number): Standing;
  evidence(state: State): MetricEvidence[];
  /** Entries of the memory that this part is responsible for. */
  remember(state: State): JudgeMemory;
}
