/** When the release of a scenario starts: a moment, or the next of a recurrence. */

import { openingsOf } from '../calendar/openings.ts';
import { windowProblems, type CalendarProblem } from '../calendar/problems.ts';
import type { Window } from '../domain/calendar/window.ts';
import type { Scenario } from './scenario.ts';

const minute = 60_000;

type Recurrence = Exclude<Scenario['start'], string | undefined>;

/** A recurrence is read like the windows of a specification, of which only the opening counts. */
function asWindow(start: Recurrence): Window {
  return { ...start, duration: minute, onClose: 'hold' };
}

/** Epoch milliseconds; never before `now`, because the server's clock only goes forward. */
export function startOf(start: Scenario['start'], now: number): number {
  if (start === undefined) return now;
  if (typeof start === 'string') return Math.max(now, Date.parse(start));
  const openingAfter = openingsOf([asWindow(start)]);
  const opening = openingAfter?.(now);
  // One that is open now has begun already.
  const next = opening && opening.from < now ? openingAfter?.(opening.to) : opening;
  return next?.from ?? now;
}

/** What is wrong with it; empty when nothing is. */
export function startProblems(start: Scenario['start'], now: number): CalendarProblem[] {
  if (start === undefined) return [];
  if (typeof start !== 'string') return windowProblems(asWindow(start));
  if (Date.parse(start) > now - minute) return [];
  const message = `${start} is over; begin now or later (a recurrence is never over)`;
  return [{ field: '', message }];
}
