/** The calendar: when each environment may go forward, and what it waits for. */

import type { CalendarForecast, Span } from '../../domain/calendar/forecast.ts';
import type { Outlook, PlanAnswer } from '../answers.ts';
import { pad, type Line } from './text.ts';
import { wallTime } from './time.ts';

const labelWidth = 12;

/** Calendar and finish of a plan, and what one freeze more would change. */
export function outlookLines({ withFreeze, ...own }: PlanAnswer, now: number): Line[] {
  const lines = [...calendarLines(own.calendar ?? [], now), ...finishLines('finish', own, now)];
  if (!withFreeze) return lines;
  return [
    ...lines,
    [['strong', 'with the freeze']],
    ...calendarLines(withFreeze.calendar ?? [], now),
    ...finishLines('finish', withFreeze, now),
  ];
}

function finishLines(label: string, { estimate }: Outlook, now: number): Line[] {
  if (!estimate) return [];
  const at = (iso: string | null) => (iso === null ? 'not in sight' : time(iso, now));
  const { earliest, likely, latest } = estimate;
  return [row(label, `earliest ${at(earliest)}, likely ${at(likely)}, latest ${at(latest)}`)];
}

/** Environments that are always open say nothing worth a line. */
export function calendarLines(calendar: readonly CalendarForecast[], now: number): Line[] {
  return calendar.flatMap(({ environment, open, waitsFor, openings }) => {
    const [first, ...later] = openings;
    if (open && first?.to === null) return [];
    const state = open
      ? `${environment}: open until ${time(first?.to ?? null, now)}`
      : `${environment}: waits for ${waitsFor.join(' and ')}`;
    const next = open ? later : openings;
    return [
      row('calendar', state),
      ...next.map((opening, index) =>
        row('', `${index === 0 ? 'then' : '    '} ${span(opening, now)}`),
      ),
    ];
  });
}

function span({ from, to }: Span, now: number): string {
  return `${time(from, now)} to ${time(to, now)}`;
}

/** Minutes are exact enough: windows do not open at seconds that people count. */
function time(iso: string | null, now: number): string {
  return iso === null ? 'the end of time' : wallTime(iso, now).replace(/:\d{2}$/, '');
}

function row(label: string, text: string): Line {
  return [['quiet', pad(label, labelWidth)], text];
}
