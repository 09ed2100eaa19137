/** windowProblems: what is wrong with a window, by field, before anything relies on it. */

import type { Window } from '../domain/calendar/window.ts';
import { openingsOf } from './openings.ts';
import { ruleProblem } from './rule.ts';
import { isZone } from './zone.ts';

export interface CalendarProblem {
  field: string;
  message: string;
}

/** Empty when the window can be evaluated. Nothing here asks what time it is. */
export function windowProblems(window: Window): CalendarProblem[] {
  const problems: CalendarProblem[] = [];
  const message = ruleProblem(window.rrule, window.from !== undefined);
  if (message !== null) problems.push({ field: 'rrule', message });
  if (!isZone(window.timezone))
    problems.push({ field: 'timezone', message: noZone(window.timezone) });
  if (problems.length > 0) return problems;
  try {
    openingsOf([window])?.(Date.UTC(2026, 0, 1));
    return [];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [{ field: 'rrule', message: `cannot be evaluated: ${why}` }];
  }
}

export function noZone(name: string): string {
  return `no time zone is called "${name}"; write an IANA name such as Europe/Berlin or UTC`;
}
