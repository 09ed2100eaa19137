/** The estate: what holds for all applications at once, and who decided it. */

import type { EstateEventBody } from './events.ts';
import type { Actor } from './release.ts';

/** Nothing goes forward anywhere; weights stay, and every way back is open. */
export interface EstateStop {
  by: Actor;
  reason: string;
  /** ISO 8601. */
  since: string;
}

export interface Estate {
  /** Raised when the shape of this state changes. */
  schema: 1;
  /** Rises with every change: who waits for one compares it. */
  revision: number;
  stop: EstateStop | null;
  /** What was decided, latest last, at most `logLimit`; the journal keeps all of it. */
  log: EstateRecord[];
}

export type EstateRecord = EstateEventBody & { at: string };

const logLimit = 100;

/** How nothing at all is in force: also the answer when nobody has ever decided anything. */
export function emptyEstate(): Estate {
  return { schema: 1, revision: 0, stop: null, log: [] };
}

/** Why all cannot be stopped now; null when it can. */
export function refuseStop({ stop }: Estate): string | null {
  if (!stop) return null;
  return `everything is stopped already, by ${stop.by.id} since ${stop.since}: ${stop.reason}`;
}

/** Why nothing can be resumed now; null when it can. */
export function refuseResume({ stop }: Estate): string | null {
  return stop ? null : 'nothing is stopped';
}

/** The estate after a decision. Pure, and the only place where it changes. */
export function decide(estate: Estate, event: EstateRecord): Estate {
  const log = [...estate.log, event].slice(-logLimit);
  const next = { ...estate, revision: estate.revision + 1, log };
  switch (event.type) {
    case 'estate.stopped':
      return { ...next, stop: { by: event.by, reason: event.reason, since: event.at } };
    case 'estate.resumed':
      return { ...next, stop: null };
  }
}

/** `all applications are stopped by jane: DNS is down` */
export function stopSentence({ by, reason }: EstateStop): string {
  return `all applications are stopped by ${by.id}: ${reason}`;
}
