/** A measured value against its conditions: the phase of the measurement. */

import { phaseOf, type Phase } from '../domain/analysis/conditions/phase.ts';
import { readCondition, type Answer, type Condition } from './condition.ts';

/** What a metric asks of its values, in CEL over `result`. */
export interface Conditions {
  successCondition?: string | undefined;
  failureCondition?: string | undefined;
}

export interface Measured {
  phase: Phase;
  /** Why the phase is `error`. */
  detail?: string;
}

/** Reads the conditions once, for many values. A condition that cannot be read is always an error. */
export function measureWith(conditions: Conditions): (value: unknown) => Measured {
  const success = question('successCondition', conditions.successCondition);
  const failure = question('failureCondition', conditions.failureCondition);
  return (value) => {
    const succeeded = success(value);
    if ('error' in succeeded) return { phase: 'error', detail: succeeded.error };
    const failed = failure(value);
    if ('error' in failed) return { phase: 'error', detail: failed.error };
    return { phase: phaseOf(succeeded.holds, failed.holds) };
  };
}

/** What is wrong with a condition as it is written, or null: for checks before anything runs. */
export function conditionProblem(text: string): string | null {
  const condition = readCondition(text);
  return 'error' in condition ? condition.error : null;
}

/** A condition by name; null instead of true or false when it was not written. */
function question(
  name: keyof Conditions,
  text: string | undefined,
): (value: unknown) => Answer | { holds: null } {
  if (text === undefined || text.trim() === '') return () => ({ holds: null });
  const condition: Condition | { error: string } = readCondition(text);
  return (value) => {
    const answer = 'error' in condition ? condition : condition(value);
    return 'error' in answer ? { error: `${name}: ${answer.error}` } : answer;
  };
}
