/** Time zones: whether one exists, and the moment a local time means in it. */

import { Temporal } from 'temporal-polyfill';

/** True for names of the IANA database; an offset such as `+02:00` is no zone. */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) instanceof Intl.DateTimeFormat;
  } catch {
    return false;
  }
}

/**
 * The moment (epoch milliseconds) of `2026-11-26`, `2026-11-26T18:00` or either with `Z` or an
 * offset; null when there is no such day or time. A local time the clock skips means the moment
 * after the gap, one that happens twice the first. `end`: a day without a time means its end.
 */
export function momentOf(text: string, timezone: string, end: boolean): number | null {
  try {
    if (/(?:Z|[+-]\d{2}:\d{2})$/.test(text) && text.includes('T')) {
      return Temporal.Instant.from(text).epochMilliseconds;
    }
    if (text.includes('T')) {
      return Temporal.PlainDateTime.from(text).toZonedDateTime(timezone).epochMilliseconds;
    }
    const date = Temporal.PlainDate.from(text);
    const first = end ? date.add({ days: 1 }) : date;
    return first.toZonedDateTime(timezone).epochMilliseconds;
  } catch {
    return null;
  }
}
