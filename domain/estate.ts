/** The estate: what holds for all applications at once, and who decided it. */

import { scopeSentence } from './calendar/freeze.ts';
import {
  currentHolds,
  type Hold,
  type HoldEventBody,
  type HoldRequest,
  type Stops,
} from './calendar/hold.ts';
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
  /** Over all applications; in force, to come, or over since the last decision. */
  holds: Hold[];
  /** Number of the latest of them: none is given twice. */
  lastHold: number;
  /** What was decided, latest last, at most `logLimit`; the journal keeps all of it. */
  log: EstateRecord[];
}

export type EstateDecision = EstateEventBody | HoldEventBody;

export interface EstateRecord {
  type: EstateDecision['type'];
  by: Actor;
  reason: string | null;
  /** ISO 8601. */
  at: string;
  /** Which was placed or lifted; absent: it was about a stop. */
  hold?: string;
}

const logLimit = 100;

/** How nothing at all is in force: also the answer when nobody has ever decided anything. */
export function emptyEstate(): Estate {
  return { schema: 1, revision: 0, stop: null, holds: [], lastHold: 0, log: [] };
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

/** What is asked for, as the next hold over all applications; `at` in ISO 8601. */
export function nextHold({ lastHold }: Estate, request: HoldRequest, at: string): Hold {
  return { ...request, id: `all-${lastHold + 1}`, from: request.from ?? at, everywhere: true };
}

/** What stops an application, those over all of them included. */
export function withHoldsOfAll(own: Stops, { holds }: Pick<Estate, 'holds'>): Stops {
  return { freezes: own.freezes, holds: [...own.holds, ...holds] };
}

/** Whether this is the id of a hold over all applications. */
export function isHoldOfAll(id: string): boolean {
  return /^all-\d+$/.test(id);
}

/** The estate after a decision. Pure, and the only place where it changes. */
export function decide(estate: Estate, event: EstateDecision & { at: string }): Estate {
  const log = [...estate.log, recordOf(event)].slice(-logLimit);
  const holds = currentHolds(estate.holds, event.at);
  const next = { ...estate, holds, revision: estate.revision + 1, log };
  switch (event.type) {
    case 'estate.stopped':
      return { ...next, stop: { by: event.by, reason: event.reason, since: event.at } };
    case 'estate.resumed':
      return { ...next, stop: null };
    case 'hold.placed':
      return { ...next, holds: [...holds, event.hold], lastHold: estate.lastHold + 1 };
    case 'hold.lifted':
      return { ...next, holds: holds.filter(({ id }) => id !== event.hold.id) };
  }
}

function recordOf(event: EstateDecision & { at: string }): EstateRecord {
  const { type, at } = event;
  if (!('hold' in event)) return { type, by: event.by, reason: event.reason, at };
  const { by, reason } = event.type === 'hold.placed' ? event.hold : event;
  return { type, by, reason, at, hold: event.hold.id };
}

/** `all applications are stopped by jane: DNS is down` */
export function stopSentence({ by, reason }: EstateStop): string {
  return `all applications are stopped by ${by.id}: ${reason}`;
}

/** Those that bind at `at` (ISO 8601): begun, and not over. */
export function holdsInForce({ holds }: Pick<Estate, 'holds'>, at: string): Hold[] {
  return currentHolds(holds, at).filter(({ from }) => Date.parse(from) <= Date.parse(at));
}

/** What is in force at `at` (ISO 8601), in words for anybody: without people and their reasons. */
export function inForce(estate: Estate, at: string): string[] {
  const { stop } = estate;
  return [
    ...(stop ? [`all applications are stopped since ${stop.since}`] : []),
    ...holdsInForce(estate, at).map((hold) => {
      return `${hold.id}, a ${hold.kind} on ${scopeSentence(hold)}, until ${hold.to}`;
    }),
  ];
}
