/** Recorded intervals, judged again: the input kind `sequential` of `crescendo analyze`. */

import { sequentialJudge } from './judge.ts';
import type { SequentialInput } from './offline-input.ts';
import type { SequentialVerdictName } from './state.ts';

/** One line of the answer: what the judge said after one interval. */
export interface Look {
  id: string;
  /** Counted from 1: the number of intervals that have been given to the judge. */
  look: number;
  verdict: SequentialVerdictName;
  /** Natural logarithms of the e-values; null stands for −∞ (JSON has no infinity). */
  logEvidence: Record<string, { fail: number | null; pass: number | null }>;
  /** ln of the weighted average of the FAIL e-values, which decides `fail` at ln(1/alpha). */
  combined: number | null;
  culprit: string | null;
  sentence: string;
}

/** One look per interval; the run goes on after a decision, as it does in production. */
export function looks(input: SequentialInput): Look[] {
  const { id, metrics, settings, history, observations } = input;
  const judge = sequentialJudge(metrics, settings);
  let state = judge.start(history);
  return observations.map((observation) => {
    state = judge.observe(state, observation);
    const elapsed = (observation.index + 1) * settings.interval;
    const { verdict, logEvidence, combined, culprit, sentence } = judge.decide(state, elapsed);
    const evidence = Object.entries(logEvidence).map(([name, { fail, pass }]) => {
      return [name, { fail: finite(fail), pass: finite(pass) }];
    });
    return {
      id,
      look: observation.index + 1,
      verdict,
      logEvidence: Object.fromEntries(evidence),
      combined: finite(combined),
      culprit,
      sentence,
    };
  });
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
