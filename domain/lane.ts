/** The lane: one release of an application at a time, and what happens to the next ones. */

import type { Spec } from './spec.ts';

export interface QueuedRelease {
  number: number;
  version: string;
  /** ISO 8601. */
  since: string;
  /** Goes before all that is less urgent; absent: an ordinary release. */
  urgent?: Urgency;
}

/** The least urgent first. */
const urgencies = ['hotfix', 'return'] as const;
export type Urgency = (typeof urgencies)[number];

export interface Lane {
  /** The release that may change environments; null when the lane is free. */
  active: QueuedRelease | null;
  /** True once the active release only keeps the old version warm: it yields to the next. */
  warm: boolean;
  /** The urgent ones first, then first come first served. */
  queue: QueuedRelease[];
}

/** What the guardian has to do, in this order. */
export type LaneEffect =
  | { do: 'admit'; number: number }
  | { do: 'supersede'; number: number; by: number }
  | { do: 'abort'; number: number; by: number }
  | { do: 'yield'; number: number; to: number };

export interface LaneChange {
  lane: Lane;
  effects: LaneEffect[];
}

export function emptyLane(): Lane {
  return { active: null, warm: false, queue: [] };
}

/** What the specification says of a release that arrives. */
export interface LaneRules {
  /** For an ordinary one. */
  concurrency: Spec['concurrency'];
  /** A hotfix sends a less urgent one away that has the lane; a return always does. */
  preempts: boolean;
}

/** True when `reject` turns an ordinary release away: somebody has the lane, or waits for it. */
export function turnsAway(lane: Lane, concurrency: Spec['concurrency']): boolean {
  if (concurrency !== 'reject') return false;
  return lane.queue.length > 0 || (lane.active !== null && !lane.warm);
}

/**
 * A release arrives. With `supersede` and `replace` an ordinary one takes the place of all ordinary
 * ones that wait; urgent ones only go before them.
 */
export function arrive(lane: Lane, entry: QueuedRelease, rules: LaneRules): LaneChange {
  const { concurrency } = rules;
  const clears = !entry.urgent && (concurrency === 'supersede' || concurrency === 'replace');
  const goes = ({ urgent }: QueuedRelease) => clears && !urgent;
  const effects: LaneEffect[] = lane.queue
    .filter(goes)
    .map(({ number }) => ({ do: 'supersede', number, by: entry.number }));
  const { active } = lane;
  if (active && lane.warm) {
    effects.push({ do: 'yield', number: active.number, to: entry.number });
  } else if (active && sendsAway(active, entry, rules)) {
    effects.push({ do: 'abort', number: active.number, by: entry.number });
  } else if (active && areReturns(active, entry)) {
    effects.push({ do: 'yield', number: active.number, to: entry.number });
  }
  const waiting = lane.queue.filter((other) => !goes(other));
  const ahead = waiting.filter((other) => rank(other) >= rank(entry));
  const behind = waiting.filter((other) => rank(other) < rank(entry));
  return admitNext({ ...lane, queue: [...ahead, entry, ...behind] }, effects);
}

function sendsAway(active: QueuedRelease, entry: QueuedRelease, rules: LaneRules): boolean {
  const preempts = entry.urgent === 'return' || rules.preempts;
  if (entry.urgent) return preempts && rank(active) < rank(entry);
  return rules.concurrency === 'replace' && !active.urgent;
}

/** The first one comes to its end, but nobody watches its version any longer than it takes. */
function areReturns(active: QueuedRelease, next: QueuedRelease | undefined): boolean {
  return active.urgent === 'return' && next?.urgent === 'return';
}

function rank({ urgent }: QueuedRelease): number {
  return urgent ? urgencies.indexOf(urgent) + 1 : 0;
}

/** The active release is done but for keeping its old version warm. */
export function becomeWarm(lane: Lane, number: number): LaneChange {
  if (lane.active?.number !== number) return { lane, effects: [] };
  const next = lane.queue[0];
  const effects: LaneEffect[] = next ? [{ do: 'yield', number, to: next.number }] : [];
  return { lane: { ...lane, warm: true }, effects };
}

/** A release left the lane, from wherever it was. */
export function leave(lane: Lane, number: number): LaneChange {
  const queue = lane.queue.filter((entry) => entry.number !== number);
  if (lane.active?.number !== number) return { lane: { ...lane, queue }, effects: [] };
  return admitNext({ active: null, warm: false, queue }, []);
}

function admitNext(lane: Lane, effects: LaneEffect[]): LaneChange {
  const [next, ...queue] = lane.queue;
  if (lane.active || !next) return { lane, effects };
  const admitted: LaneEffect = { do: 'admit', number: next.number };
  const [after] = queue;
  const hurried: LaneEffect[] =
    after && areReturns(next, after)
      ? [{ do: 'yield', number: next.number, to: after.number }]
      : [];
  return {
    lane: { active: next, warm: false, queue },
    effects: [...effects, admitted, ...hurried],
  };
}
