/** Holds: stops that people and bots put up and take down, of one application or of all. */

import type { Actor } from '../release.ts';
import { scopeSentence, type Scope, type Stop } from './freeze.ts';
import type { Freeze } from './freeze-spec.ts';

/** One stop. A hold begins at once; a freeze of this kind was dated when it was put up. */
export interface Hold extends Scope {
  /** Unique in its application: `hold-3`; of one over all applications: `all-3`. */
  id: string;
  kind: 'hold' | 'freeze';
  /** Who answers for it. */
  by: Actor;
  reason: string;
  /** ISO 8601. */
  from: string;
  /** ISO 8601: every hold ends by itself. */
  to: string;
  /** It binds all applications, and the estate keeps it; absent: one, whose guardian does. */
  everywhere?: true;
}

/** What is asked for; its keeper gives it its id and, without `from`, its beginning. */
export interface HoldRequest extends Scope {
  kind: Hold['kind'];
  by: Actor;
  reason: string;
  /** ISO 8601; null: now. */
  from: string | null;
  /** ISO 8601. */
  to: string;
}

/** What stops an application: the freezes of its specification, its holds, and those over all. */
export interface Stops {
  freezes: Freeze[];
  holds: Hold[];
}

/** What is put on record about holds. */
export type HoldEventBody =
  | { type: 'hold.placed'; hold: Hold }
  | { type: 'hold.lifted'; hold: Hold; by: Actor; reason: string | null };

/** So many may be in force or to come at the same time. */
export const mostHolds = 100;

/** Those that are not over at `at` (ISO 8601). */
export function currentHolds(holds: readonly Hold[], at: string): Hold[] {
  return holds.filter(({ to }) => Date.parse(to) > Date.parse(at));
}

/**
 * Why it cannot be put up, in one sentence; null when it can. `known`: the environments there are;
 * null when that is not known.
 */
export function holdProblem(
  holds: readonly Hold[],
  { from, to, environments }: HoldRequest,
  known: readonly string[] | null,
  at: string,
): string | null {
  const unknown = known && environments?.find((name) => !known.includes(name));
  if (typeof unknown === 'string') return unknownEnvironment(unknown, known ?? []);
  if (!(Date.parse(to) > Date.parse(at))) return `it would be over already (${to})`;
  if (from !== null && !(Date.parse(to) > Date.parse(from))) return 'it must end after it begins';
  const full = currentHolds(holds, at).length >= mostHolds;
  return full ? `there are ${mostHolds} already; take some down` : null;
}

export function unknownEnvironment(name: string, known: readonly string[]): string {
  return `no environment is called "${name}"; there are: ${known.join(', ') || 'none'}`;
}

/** As a span, for the calendar. */
export function stopOfHold({ kind, by, reason, from, to, everywhere }: Hold): Stop {
  const reach = everywhere ? ' over all applications' : '';
  const sentence = `the ${kind} of ${by.id}${reach} (${reason})`;
  return { kind, from: Date.parse(from), to: Date.parse(to), sentence };
}

/** `hold-3 on all environments until 2026-11-26T18:00:00.000Z by jane: migration`. */
export function holdSentence(hold: Hold, time: (iso: string) => string = (iso) => iso): string {
  const { id, by, reason, to } = hold;
  return `${id} on ${scopeSentence(hold)} until ${time(to)} by ${by.id}: ${reason}`;
}
