/** Whether anybody works off a task queue, from what Temporal knows of its pollers and backlog. */

/** A poll lasts a minute at most, so a worker that lives has begun one since; in milliseconds. */
const freshness = 75_000;

/** A worker that lives takes what waits at once: with older work waiting it is not there. */
const patience = 10_000;

export interface QueueState {
  served: boolean;
  /** ISO 8601 of the latest poll; null when Temporal remembers none. */
  lastPoll: string | null;
}

/** The part that counts of Temporal's answer to DescribeTaskQueue, for one type of tasks. */
export interface QueueDescription {
  pollers?: readonly { lastAccessTime?: Seconds | null }[] | null;
  stats?: { approximateBacklogAge?: Seconds | null } | null;
}

interface Seconds {
  /** A number, or what protobuf makes of 64 bits. */
  seconds?: unknown;
}

/** What the description says at `now` (epoch milliseconds). */
export function queueState({ pollers, stats }: QueueDescription, now: number): QueueState {
  const polls = (pollers ?? []).map(({ lastAccessTime }) => milliseconds(lastAccessTime));
  if (polls.length === 0) return { served: false, lastPoll: null };
  const last = Math.max(...polls);
  const silence = now - last;
  const stuck = milliseconds(stats?.approximateBacklogAge) > patience && silence > patience;
  return { served: silence <= freshness && !stuck, lastPoll: new Date(last).toISOString() };
}

function milliseconds(time: Seconds | null | undefined): number {
  return Number(time?.seconds ?? 0) * 1000;
}

/** `no worker polls task queue crescendo-eu for activities since …` */
export function unservedSentence(
  queue: string,
  lastPoll: string | null,
  tasks?: 'workflows' | 'activities',
): string {
  const what = tasks === undefined ? '' : ` for ${tasks}`;
  const since = lastPoll === null ? 'in the last minutes' : `since ${lastPoll}`;
  return `no worker polls task queue ${queue}${what} ${since}`;
}
