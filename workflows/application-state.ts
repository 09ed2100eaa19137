/** What the guardian of an application keeps, and carries over when it continues as new. */

import { isRecord } from '../domain/json.ts';
import { emptyLane } from '../domain/lane.ts';
import { emptyLedger, quarantine, recordDoor, recordRollout } from '../domain/ledger.ts';
import type { Plan } from '../domain/plan.ts';
import type { ApplicationState, ReleaseReport, SubmitRequest } from './messages.ts';

/** A release that waits for admission needs its request; an active one its plan, to be recovered. */
export interface Pending {
  request: SubmitRequest;
  mode: 'forward' | 'return';
  to: string | null;
  /** Of a return: also past a one-way door. */
  force?: boolean;
  plan: Plan | null;
  /** Its turn in the lane, once it has been admitted. */
  turn?: number;
  attempt: number;
}

export interface Guardian extends ApplicationState {
  /** Raised when the shape of this state changes. */
  schema: 1;
  pending: Record<number, Pending>;
  /** Idempotency key → what was asked and the release it led to; at most `keyLimit`. */
  keys: { key: string; request: string; number: number }[];
  /** Of the release that was admitted last; absent before the first. */
  lastTurn?: number;
  /** Number of the last hold; absent before the first. */
  lastHold?: number;
}

const keyLimit = 200;

export function newGuardian(application: string): Guardian {
  return {
    schema: 1,
    application,
    spec: null,
    revision: 0,
    nextRelease: 1,
    lane: emptyLane(),
    ledger: emptyLedger(),
    pending: {},
    keys: [],
  };
}

/** What callers may see. */
export function publicState(guardian: Guardian): ApplicationState {
  const { application, spec, revision, nextRelease, lane, ledger, holds = [] } = guardian;
  return { application, spec, revision, nextRelease, lane, ledger, holds };
}

/** The release an idempotency key led to before; `conflict` when it was for another request. */
export function findKey(
  guardian: Guardian,
  key: string | null,
  request: object,
): number | 'conflict' | null {
  const entry = key === null ? undefined : guardian.keys.find((known) => known.key === key);
  if (!entry) return null;
  return entry.request === fingerprint(request) ? entry.number : 'conflict';
}

export function rememberKey(
  guardian: Guardian,
  key: string | null,
  request: object,
  number: number,
): void {
  if (key === null) return;
  const entry = { key, request: fingerprint(request), number };
  guardian.keys = [...guardian.keys, entry].slice(-keyLimit);
}

/** The same content gives the same text, whatever the order of its keys. */
export function fingerprint(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (!isRecord(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** The next turn: above all earlier ones, whichever release takes it. */
export function takeTurn(guardian: Guardian, number: number): number {
  guardian.lastTurn = Math.max(number, (guardian.lastTurn ?? 0) + 1);
  return guardian.lastTurn;
}

/** Takes a report into the ledger. Lane reports are the lane's business. */
export function takeIntoLedger(guardian: Guardian, report: ReleaseReport): void {
  const { release } = report;
  if (report.kind === 'finished') {
    const { version, at, environment } = report;
    const entry = { version, release, outcome: 'finished' as const, at };
    guardian.ledger = recordRollout(guardian.ledger, environment, entry, version);
  }
  if (report.kind === 'returned') {
    const { version, at, environment, live } = report;
    const entry = { version, release, outcome: 'rolled_back' as const, at };
    guardian.ledger = recordRollout(guardian.ledger, environment, entry, live);
  }
  if (report.kind === 'door') {
    const { environment, version, reason, at } = report;
    guardian.ledger = recordDoor(guardian.ledger, environment, { version, reason, release, at });
  }
  if (report.kind === 'quarantine') {
    const { version, reason, at } = report;
    guardian.ledger = quarantine(guardian.ledger, version, { reason, release, at });
  }
}
