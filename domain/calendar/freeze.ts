/** Freezes and holds: what stops, between which moments, and which environments it binds. */

import type { Labels } from './freeze-spec.ts';

export interface Scope {
  environments?: string[] | undefined;
  labels?: Labels | undefined;
}

/** Between two moments (epoch milliseconds) nothing goes forward. */
export interface Stop {
  kind: 'freeze' | 'hold';
  from: number;
  to: number;
  /** Sentence part: `the freeze "Christmas"`, `the hold of jane: database migration`. */
  sentence: string;
}

/** Whether a stop of this scope binds an environment. */
export function binds(scope: Scope, environment: string, labels: Labels): boolean {
  if (scope.environments && !scope.environments.includes(environment)) return false;
  return Object.entries(scope.labels ?? {}).every(([name, value]) => labels[name] === value);
}

/**
 * `environments eu, us`, `label tier=1`; without a restriction `all environments`. `everywhere`: the
 * same `of all applications`.
 */
export function scopeSentence({
  environments,
  labels,
  everywhere,
}: Scope & { everywhere?: true }): string {
  const parts = [
    ...(environments ? [`environments ${environments.join(', ')}`] : []),
    ...Object.entries(labels ?? {}).map(([name, value]) => `label ${name}=${value}`),
  ];
  if (parts.length === 0) return everywhere ? 'all applications' : 'all environments';
  return `${parts.join(' with ')}${everywhere ? ' of all applications' : ''}`;
}
