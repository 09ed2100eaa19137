/** Which periods belong to a range of time: each one to exactly one of the ranges that follow another. */

import type { MetricQuery } from '../contract.ts';

export interface Periods {
  /** Length of one, in seconds. */
  period: number;
  /** Begin of the first, and end of the last; epoch milliseconds. Equal: no period belongs to it. */
  start: number;
  end: number;
}

/** CloudWatch refuses more points than this in one answer, and pages are slow. */
const maxPoints = 2_000;

/**
 * The periods that end in the range, `delayMs` earlier. A range that is shorter than a period often
 * has none: the same minute must not be counted once per look. Without a wished period it is the
 * step, in whole minutes.
 */
export function periodsOf(
  query: MetricQuery,
  wished: number | undefined,
  delayMs: number,
): Periods {
  const to = query.to - delayMs;
  const shortest = Math.ceil((query.to - query.from) / 1000 / maxPoints);
  const period = Math.max(wished ?? wholeMinutes(query.step / 1000), wholeMinutes(shortest, 0));
  const ms = period * 1000;
  const from = query.from === query.to ? to - Math.max(ms, query.step) : query.from - delayMs;
  return { period, start: Math.floor(from / ms) * ms, end: Math.floor(to / ms) * ms };
}

function wholeMinutes(seconds: number, least = 60): number {
  return seconds <= 1 ? least : Math.ceil(seconds / 60) * 60;
}
