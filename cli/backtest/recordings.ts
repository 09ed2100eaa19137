/** Lines of recorded releases, played through policies one by one, so that files may be of any size. */

import { measureWith } from '../../conditions/measure.ts';
import {
  nameOf,
  overridesOf,
  playerOf,
  type Policy,
} from '../../domain/analysis/backtest/policy.ts';
import {
  unplayable,
  type AskConditions,
} from '../../domain/analysis/backtest/specification-player.ts';
import { readRecording } from '../../domain/analysis/backtest/recording.ts';
import { outcomeOf, type Outcome } from '../../domain/analysis/backtest/summary.ts';
import type { FieldError } from '../../domain/errors.ts';
import { isRecord } from '../../domain/json.ts';
import type { SpecDocument } from '../../specification/document.ts';
import { fieldAt, fieldsOf } from '../../specification/issues.ts';

/** One policy, and what came of every recording under it. */
export interface Trial {
  name: string;
  policy: Policy;
  outcomes: Outcome[];
}

export function startTrials(policies: readonly Policy[]): Trial[] {
  const names = policies.map(nameOf);
  return policies.map((policy, index) => {
    const own = names[index] ?? policy.method;
    // Two without a name of their own are told apart by where they stand.
    const again = names.indexOf(own) !== names.lastIndexOf(own);
    return { name: again ? `${own} ${index + 1}` : own, policy, outcomes: [] };
  });
}

/** Adds the recording to every trial, or says what is wrong with it. `line` counts from 1. */
export function playLine(text: string, line: number, trials: readonly Trial[]): FieldError[] {
  const data = parse(text);
  const document: SpecDocument = { data, locate: () => ({ line, column: 1 }) };
  if (data instanceof SyntaxError) {
    return [fieldAt(document, [], `not one JSON document: ${data.message}`)];
  }
  if (!isRecord(data)) return [fieldAt(document, [], 'not a recorded release')];
  const played: (() => void)[] = [];
  for (const { policy, outcomes } of trials) {
    const read = readRecording(data, overridesOf(policy));
    if ('issues' in read) return fieldsOf([...read.issues], document);
    const problem =
      policy.method === 'specification' ? unplayable(read.recording, policy.analysis) : null;
    if (problem !== null) return [fieldAt(document, ['metrics'], problem)];
    const outcome = outcomeOf(read.recording, playerOf(policy, ask)(read.recording));
    played.push(() => void outcomes.push(outcome));
  }
  // All or none: policies are compared on the same releases.
  for (const add of played) add();
  return [];
}

const ask: AskConditions = (metric) => {
  const measure = measureWith(metric);
  return (value) => {
    const { phase, detail } = measure(value);
    return { phase, detail: detail ?? null };
  };
};

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
}
