/** Watch a task queue until a worker comes, or until the last one is gone. */

import protobuf from '@temporalio/proto';
import type { Client } from '@temporalio/client';
import { Context, log } from '@temporalio/activity';
import { queueState, type QueueState } from '../domain/task-queue.ts';
import { pause } from './call-context.ts';
import type { WatchingActivities } from './contract.ts';

/** What Temporal says of a queue now. */
export type QueueLook = (taskQueue: string) => Promise<QueueState>;

/** Milliseconds between looks: short at first, so that people hear of it while they still look. */
const looking = { first: 2000, growth: 1.5, longest: 10_000 };

const { TASK_QUEUE_TYPE_ACTIVITY } = protobuf.temporal.api.enums.v1.TaskQueueType;

export function queueActivities(
  look: QueueLook,
  pace = looking,
): Pick<WatchingActivities, 'watchQueue'> {
  return {
    async watchQueue({ taskQueue, served, settle }) {
      const context = Context.current();
      let changedAt: number | null = null;
      for (let wait = pace.first; ; wait = Math.min(wait * pace.growth, pace.longest)) {
        context.heartbeat();
        const state = await tolerant(look, taskQueue);
        if (state !== null && state.served === served) changedAt = null;
        else if (state !== null) {
          changedAt ??= Date.now();
          if (Date.now() - changedAt >= settle) return state;
        }
        await pause(wait);
      }
    },
  };
}

/** Temporal that does not answer says nothing about the queue. */
async function tolerant(look: QueueLook, taskQueue: string): Promise<QueueState | null> {
  try {
    return await look(taskQueue);
  } catch (error) {
    log.info('could not look at a task queue', { taskQueue, error: String(error) });
    return null;
  }
}

/** Asks Temporal; many who ask about one queue at the same time share an answer. */
export function temporalQueueLook(client: Client): QueueLook {
  const recent = new Map<string, { at: number; state: Promise<QueueState> }>();
  const shared = 1500;
  async function ask(name: string): Promise<QueueState> {
    const description = await client.workflowService.describeTaskQueue({
      namespace: client.options.namespace,
      taskQueue: { name },
      taskQueueType: TASK_QUEUE_TYPE_ACTIVITY,
      reportStats: true,
    });
    return queueState(description, Date.now());
  }
  return (name) => {
    const known = recent.get(name);
    if (known && Date.now() - known.at < shared) return known.state;
    const state = ask(name);
    recent.set(name, { at: Date.now(), state });
    return state;
  };
}
