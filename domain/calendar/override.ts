/** Overrides: going forward in spite of the calendar, on somebody's word, for a while. */

import type { Actor } from '../release.ts';

export interface Override {
  by: Actor;
  reason: string;
  /** ISO 8601: in force before. */
  until: string;
  /** Only there; null: in every environment of the release. */
  environment: string | null;
}

/** Milliseconds: of an action that names no time, of a submission that names none, and at most. */
export const overrideTimes = { action: 3_600_000, submission: 86_400_000, most: 7 * 86_400_000 };

/** One time the calendar was closed and a release went on: what is listed for review. */
export interface OverrideRecord {
  release: string;
  environment: string;
  /** ISO 8601. */
  at: string;
  by: Actor;
  reason: string;
  /** ISO 8601. */
  until: string;
  /** What was overridden, e.g. `the maintenance window`. */
  what: string;
}

/** The override that is in force in an environment at `at` (epoch milliseconds); the latest word. */
export function overrideAt(
  overrides: readonly Override[],
  environment: string,
  at: number,
): Override | null {
  const found = overrides.findLast((one) => {
    return (one.environment ?? environment) === environment && Date.parse(one.until) > at;
  });
  return found ?? null;
}
