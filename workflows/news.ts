/** News: what the rollouts of a batch have to say, gathered on the way to their release. */

import { CancellationScope, condition, getExternalWorkflowHandle, log } from '@temporalio/workflow';
import { isUrgent } from '../domain/brief.ts';
import type { CrescendoEvent, RolloutEvent } from '../domain/events.ts';
import { releaseWorkflowId, type ReleaseId } from '../domain/ids.ts';
import { environmentEventsSignal } from './messages.ts';

/** Events in one signal. */
const most = 200;

/**
 * What does not press waits for others, so many milliseconds longer each time: however long a batch
 * lives, its release hears with a delay that is a small part of that, and by few signals.
 */
const patience = { more: 10_000, longest: 3_600_000 };

export interface News {
  /** @param attempt Of the rollout whose events these are. */
  add(events: readonly RolloutEvent[], attempt: number): void;
  /** True when the release has been told everything. */
  isTold(): boolean;
}

export function startNews(release: ReleaseId): News {
  const waiting: { event: RolloutEvent; attempt: number }[] = [];
  const presses = () => waiting.some(({ event }) => isUrgent(event));
  let busy = false;
  let waits = 0;

  async function run(): Promise<void> {
    for (;;) {
      await condition(() => waiting.length > 0);
      await untilWorthwhile();
      busy = true;
      await forward(next());
      busy = false;
    }
  }

  async function untilWorthwhile(): Promise<void> {
    if (presses()) return;
    const time = Math.min(waits * patience.more, patience.longest);
    waits += 1;
    if (time > 0) await condition(presses, time, { summary: 'for more news' });
  }

  /** One signal speaks of one attempt, which nearly always is the first of everybody. */
  function next() {
    const other = waiting.findIndex(({ attempt }) => attempt !== waiting[0]?.attempt);
    return waiting.splice(0, Math.min(most, other < 0 ? waiting.length : other));
  }

  async function forward(items: readonly { event: RolloutEvent; attempt: number }[]) {
    const events: CrescendoEvent[] = items.map(({ event }) => event);
    const handle = getExternalWorkflowHandle(releaseWorkflowId(release));
    try {
      await handle.signal(environmentEventsSignal, events, items[0]?.attempt ?? 1);
    } catch (error) {
      // It was terminated: its guardian starts another one, which brings everything back.
      log.warn('the release could not be told', { events: items.length, error: String(error) });
    }
  }

  void CancellationScope.nonCancellable(run);

  return {
    add: (events, attempt) => void waiting.push(...events.map((event) => ({ event, attempt }))),
    isTold: () => !busy && waiting.length === 0,
  };
}
