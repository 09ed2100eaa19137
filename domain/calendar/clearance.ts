/** clearanceAt: may production changes start at a moment, what keeps them, and when that ends. */

import type { Stop } from './freeze.ts';
import type { Closing, OpeningAfter } from './window.ts';

/** One thing that keeps an environment from going forward. */
export interface Blocker {
  kind: 'window' | 'freeze' | 'hold';
  /** Sentence part: `the maintenance window`, `the freeze "Christmas"`. */
  sentence: string;
}

/** The answer, as it is recorded: epoch milliseconds, since workflows count in them. */
export interface Clearance {
  open: boolean;
  /** Open: when that ends. Closed: when it opens next. Null: never, as far as can be seen. */
  until: number | null;
  /** Of the window that is open now; null without one. */
  onClose: Closing | null;
  /** Empty when open. */
  blockers: Blocker[];
}

/** What binds one environment. `openingAfter` null: there are no windows, so it is always open. */
export interface EnvironmentCalendar {
  openingAfter: OpeningAfter | null;
  stops: readonly Stop[];
}

/** Stops that follow each other without a gap are walked through; more are not. */
const mostHops = 10_000;

/** `at` in epoch milliseconds. A moment at which something ends is free of it. */
export function clearanceAt(calendar: EnvironmentCalendar, at: number): Clearance {
  const { openingAfter, stops } = calendar;
  const opening = openingAfter?.(at) ?? null;
  const inWindow = openingAfter === null || (opening !== null && opening.from <= at);
  const blockers: Blocker[] = [
    ...(inWindow ? [] : [{ kind: 'window' as const, sentence: 'the maintenance window' }]),
    ...active(stops, at).map(({ kind, sentence }) => ({ kind, sentence })),
  ];
  const onClose = inWindow && opening ? opening.onClose : null;
  if (blockers.length > 0) {
    return { open: false, until: nextClear(calendar, at), onClose, blockers };
  }
  const ends = [
    ...(opening ? [opening.to] : []),
    ...stops.filter(({ from, to }) => from > at && to > from).map(({ from }) => from),
  ];
  const until = ends.length > 0 ? Math.min(...ends) : null;
  return { open: true, until, onClose, blockers: [] };
}

/** The first moment from `at` on that nothing speaks against; null when there is none. */
export function nextClear({ openingAfter, stops }: EnvironmentCalendar, at: number): number | null {
  let moment = at;
  for (let hop = 0; hop < mostHops; hop += 1) {
    const stopped = active(stops, moment);
    if (stopped.length > 0) {
      moment = Math.max(...stopped.map(({ to }) => to));
      if (moment === Infinity) return null;
      continue;
    }
    if (!openingAfter) return moment;
    const opening = openingAfter(moment);
    if (!opening) return null;
    if (opening.from <= moment) return moment;
    moment = opening.from;
  }
  return null;
}

function active(stops: readonly Stop[], at: number): Stop[] {
  return stops.filter(({ from, to }) => from <= at && at < to);
}
