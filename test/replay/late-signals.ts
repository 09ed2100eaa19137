/** The same histories, as a server could have put them that schedules before it lets signals in. */

import type { HistoryEvent, StoredHistory } from './store.ts';

interface Task {
  scheduledEventId?: unknown;
}

const completed = 'EVENT_TYPE_WORKFLOW_TASK_COMPLETED';
const signaled = 'EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED';
const scheduled = 'EVENT_TYPE_WORKFLOW_TASK_SCHEDULED';

/**
 * Signals that came while a workflow task ran stand behind the next task instead of before it. The
 * SDK then takes a task that led to nothing together with the next one, which the workflow may not
 * mind. Null for a history without such a place.
 */
export function withLateSignals(stored: StoredHistory): StoredHistory | null {
  const events = structuredClone(stored.history.events);
  let moved = false;
  for (let at = 0; at < events.length; at += 1) {
    if (events[at]?.eventType !== completed) continue;
    let next = at + 1;
    while (events[next]?.eventType === signaled) next += 1;
    if (next === at + 1 || events[next]?.eventType !== scheduled) continue;
    if (!leadsToCompletion(events, next)) continue;
    putFirst(events, at + 1, next);
    moved = true;
  }
  return moved ? { ...stored, history: { events } } : null;
}

/** A task that failed or ran out of time was tried again. */
function leadsToCompletion(events: readonly HistoryEvent[], scheduledAt: number): boolean {
  const end = events.slice(scheduledAt + 1).find(({ eventType }) => eventType !== signaled);
  const after = end === undefined ? undefined : events[events.indexOf(end) + 1];
  return after?.eventType === completed;
}

/** Moves the event at `from` to `to`; numbers stay in order, and who refers to it follows. */
function putFirst(events: HistoryEvent[], to: number, from: number): void {
  const numbers = events.slice(to, from + 1).map(({ eventId }) => eventId);
  events.splice(to, 0, ...events.splice(from, 1));
  for (const [index, eventId] of numbers.entries()) {
    const event = events[to + index];
    if (event) event['eventId'] = eventId;
  }
  for (const event of events) {
    for (const part of ['workflowTaskStarted', 'workflowTaskCompleted']) {
      const attributes = event[`${part}EventAttributes`] as Task | undefined;
      if (attributes && attributes.scheduledEventId === numbers.at(-1))
        attributes.scheduledEventId = numbers[0];
    }
  }
}
