/** stopsFor: every freeze and hold that binds an environment, in moments of time. */

import { binds, type Stop } from '../domain/calendar/freeze.ts';
import type { Freeze, Labels } from '../domain/calendar/freeze-spec.ts';
import { stopOfHold, type Stops } from '../domain/calendar/hold.ts';
import { noZone, type CalendarProblem } from './problems.ts';
import { isZone, momentOf } from './zone.ts';

/** Empty when the freeze can be evaluated. */
export function freezeProblems({ from, to, timezone }: Freeze): CalendarProblem[] {
  if (!isZone(timezone)) return [{ field: 'timezone', message: noZone(timezone) }];
  const start = momentOf(from, timezone, false);
  const end = momentOf(to, timezone, true);
  if (start === null) return [{ field: 'from', message: `there is no "${from}" in the calendar` }];
  if (end === null) return [{ field: 'to', message: `there is no "${to}" in the calendar` }];
  return end > start ? [] : [{ field: 'to', message: `must be after \`from\` (${from})` }];
}

/** Those that bind one environment; over or to come as well. */
export function stopsFor({ freezes, holds }: Stops, environment: string, labels: Labels): Stop[] {
  return [
    ...freezes.filter((freeze) => binds(freeze, environment, labels)).map(stopOfFreeze),
    ...holds.filter((hold) => binds(hold, environment, labels)).map(stopOfHold),
  ];
}

/** One whose times cannot be read here (an unknown zone) binds for ever: no answer is not a yes. */
export function stopOfFreeze({ name, from, to, timezone, reason }: Freeze): Stop {
  const start = momentOf(from, timezone, false) ?? -Infinity;
  const end = momentOf(to, timezone, true) ?? Infinity;
  const sentence = `the freeze "${name}"${reason === undefined ? '' : ` (${reason})`}`;
  return { kind: 'freeze', from: start, to: end, sentence };
}
