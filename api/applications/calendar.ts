/** The calendar of an application as the API tells it: when it may go forward, and be through. */

import { openingsOf } from '../../calendar/openings.ts';
import { freezeProblems, stopsFor } from '../../calendar/stops.ts';
import type { EnvironmentCalendar } from '../../domain/calendar/clearance.ts';
import { forecast, type CalendarForecast } from '../../domain/calendar/forecast.ts';
import type { Freeze } from '../../domain/calendar/freeze-spec.ts';
import type { Hold, Stops } from '../../domain/calendar/hold.ts';
import { CrescendoError } from '../../domain/errors.ts';
import { estimate, type Estimate } from '../../domain/estimate.ts';
import { calendarOf, type Plan } from '../../domain/plan.ts';
import type { Spec } from '../../domain/spec.ts';

/** So many openings of each environment are shown. */
const shownOpenings = 5;

export interface Outlook {
  calendar: CalendarForecast[];
  estimate: Estimate;
}

/** Every production environment in the order of the waves; `at` in epoch milliseconds. */
export function forecasts(spec: Spec, holds: readonly Hold[], at: number): CalendarForecast[] {
  return forecastsOf(calendarsOf(spec, { freezes: spec.freezes ?? [], holds: [...holds] }), at);
}

/** What the calendar means for a plan; `freezes` as if they were in force as well. */
export function outlookOf(
  spec: Spec,
  holds: readonly Hold[],
  plan: Plan,
  at: number,
  freezes: readonly Freeze[] = [],
): Outlook {
  const stops = { freezes: [...(spec.freezes ?? []), ...freezes], holds: [...holds] };
  const calendars = calendarsOf(spec, stops);
  const { verifyTimeout } = spec;
  return {
    calendar: forecastsOf(calendars, at),
    estimate: estimate(plan, { at, calendars, verifyTimeout }),
  };
}

function forecastsOf(calendars: Record<string, EnvironmentCalendar>, at: number) {
  return Object.entries(calendars).map(([environment, calendar]) =>
    forecast(environment, calendar, at, shownOpenings),
  );
}

function calendarsOf(spec: Spec, stops: Stops): Record<string, EnvironmentCalendar> {
  const names = spec.production.waves.flatMap(({ environments }) => environments);
  return Object.fromEntries(
    names.map((name) => {
      const { windows, labels } = calendarOf(spec, name);
      return [name, { openingAfter: openingsOf(windows), stops: stopsFor(stops, name, labels) }];
    }),
  );
}

/** @throws CrescendoError request_invalid when the times of a freeze are none */
export function checkFreeze(freeze: Freeze, path: string): void {
  const fields = freezeProblems(freeze).map(({ field, message }) => ({
    path: `${path}${field}`,
    message,
  }));
  if (fields[0]) throw new CrescendoError('request_invalid', fields[0].message, fields);
}

/** @throws CrescendoError plan_refused when an environment never opens again: it would wait for ever */
export function refuseNever(calendar: readonly CalendarForecast[]): void {
  const never = calendar.filter(({ openings }) => openings.length === 0);
  if (never.length === 0) return;
  const sentences = never.map(
    ({ environment }) => `${environment}: its maintenance window never opens again`,
  );
  const fields = sentences.map((message) => ({ path: '', message }));
  throw new CrescendoError('plan_refused', sentences.join('; '), fields);
}
