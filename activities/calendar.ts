/** Answer whether production changes may start: from windows, freezes and holds, as they are now. */

import { openingsOf } from '../calendar/openings.ts';
import { stopsFor } from '../calendar/stops.ts';
import { clearanceAt, type Clearance } from '../domain/calendar/clearance.ts';
import type { Stops } from '../domain/calendar/hold.ts';
import type { CalendarQuestion, QuickActivities } from './contract.ts';

/** `readStops` asks guardian and estate; what it throws is tried again. */
export function calendarActivities(
  readStops: (application: string) => Promise<Stops>,
): Pick<QuickActivities, 'checkCalendar'> {
  return {
    checkCalendar: async (question) => clearance(question, await readStops(question.application)),
  };
}

/** A calendar this worker cannot read (its Node knows no such zone) is closed, and says so. */
function clearance(
  { environment, windows, labels, at }: CalendarQuestion,
  stops: Stops,
): Clearance {
  try {
    const binding = stopsFor(stops, environment, labels);
    return clearanceAt({ openingAfter: openingsOf(windows), stops: binding }, at);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const sentence = `a calendar that the worker can read (${why})`;
    return { open: false, until: null, onClose: null, blockers: [{ kind: 'window', sentence }] };
  }
}
