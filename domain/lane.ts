/** The lane: one release of an application at a time, and what happens to the next ones. */

import type { Spec } from './spec.ts';

export interface QueuedRelease {
  number: number;
  version: string;
  /** ISO 8601. */
  since: string;
}

export interface Lane {
  /** The release that may change environments; null when the lane is free. */
  active: QueuedRelease | null;
  /** True once the active release only keeps the old version warm: it yields to the next. */
  warm: boolean;
  /** First come first served. */
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

/** True when `reject` turns a new release away: somebody has the lane, or waits for it. */
export function turnsAway(lane: Lane, concurrency: Spec['concurrency']): boolean {
  if (concurrency !== 'reject') return false;
  return lane.queue.length > 0 || (lane.active !== null && !lane.warm);
}

/** A release arrives. With `supersede` and `replace` it takes the place of all that wait. */
export function arrive(
  lane: Lane,
  entry: QueuedRelease,
  concurrency: Spec['concurrency'],
): LaneChange {
  const clears = concurrency === 'supersede' || concurrency === 'replace';
  const effects: LaneEffect[] = [];
  const queue = clears ? [] : lane.queue;
  if (clears) {
    effects.push(
      ...lane.queue.map(({ number }) => ({ do: 'supersede' as const, number, by: entry.number })),
    );
  }
  const active = lane.active;
  if (active && lane.warm) {
    effects.push({ do: 'yield', number: active.number, to: entry.number });
  } else if (active && concurrency === 'replace') {
    effects.push({ do: 'abort', number: active.number, by: entry.number });
  }
  return admitNext({ ...lane, queue: [...queue, entry] }, effects);
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
  return { lane: { active: next, warm: false, queue }, effects: [...effects, admitted] };
}
