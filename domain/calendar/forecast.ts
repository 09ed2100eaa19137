/** forecast: when an environment may go forward next, as plans and screens show it. */

import { clearanceAt, nextClear, type EnvironmentCalendar } from './clearance.ts';

/** A span in which production changes may start. */
export interface Span {
  /** ISO 8601; the moment that was asked about when it is open already. */
  from: string;
  /** ISO 8601; null: open with no end in sight. */
  to: string | null;
}

export interface CalendarForecast {
  environment: string;
  open: boolean;
  /** What keeps it from going forward now, as sentence parts. */
  waitsFor: string[];
  /** The next ones, stops taken out; none: it never opens again. */
  openings: Span[];
}

/** The next `count` spans from `at` (epoch milliseconds) on. */
export function forecast(
  environment: string,
  calendar: EnvironmentCalendar,
  at: number,
  count: number,
): CalendarForecast {
  const { open, blockers } = clearanceAt(calendar, at);
  const waitsFor = blockers.map(({ sentence }) => sentence);
  return { environment, open, waitsFor, openings: spansFrom(calendar, at, count) };
}

function spansFrom(calendar: EnvironmentCalendar, at: number, count: number): Span[] {
  const spans: Span[] = [];
  let from = nextClear(calendar, at);
  while (from !== null && spans.length < count) {
    const { until } = clearanceAt(calendar, from);
    spans.push({ from: iso(from), to: until === null ? null : iso(until) });
    from = until === null ? null : nextClear(calendar, until);
  }
  return spans;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
