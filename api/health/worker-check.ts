/** Looks for workers: who has polled our task queue for workflows and for activities. */

import protobuf from '@temporalio/proto';
import { defaultTaskQueue } from '../../domain/ids.ts';
import { queueState, unservedSentence, type QueueState } from '../../domain/task-queue.ts';
import type { Temporal } from '../temporal.ts';
import type { Check } from './health.service.ts';

const { TaskQueueType } = protobuf.temporal.api.enums.v1;
const types = {
  workflows: TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  activities: TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
};

/** @throws CrescendoError temporal_unavailable */
export async function checkWorker(temporal: Temporal, now: number): Promise<Check> {
  const queue = defaultTaskQueue;
  for (const tasks of ['workflows', 'activities'] as const) {
    const { served, lastPoll } = await lookAt(temporal, queue, types[tasks], now);
    if (!served) return { ok: false, detail: unservedSentence(queue, lastPoll, tasks) };
  }
  return { ok: true, detail: `a worker polls task queue ${queue}` };
}

/** The queues of environments that have workers of their own. @throws as `checkWorker` */
export async function checkEnvironmentQueues(
  temporal: Temporal,
  queues: readonly string[],
  now: number,
): Promise<Check> {
  const looks = await Promise.all(
    queues.map(async (queue) => {
      return { queue, ...(await lookAt(temporal, queue, types.activities, now)) };
    }),
  );
  const missing = looks.filter(({ served }) => !served);
  if (missing.length === 0) return { ok: true, detail: presence(queues) };
  const sentences = missing.map(({ queue, lastPoll }) => unservedSentence(queue, lastPoll));
  return { ok: false, detail: sentences.join('; ') };
}

function presence(queues: readonly string[]): string {
  if (queues.length === 0) return 'no environment names a worker of its own';
  return `workers poll ${queues.join(', ')}`;
}

async function lookAt(
  temporal: Temporal,
  name: string,
  taskQueueType: protobuf.temporal.api.enums.v1.TaskQueueType,
  now: number,
): Promise<QueueState> {
  const { namespace, connection } = temporal;
  const request = { namespace, taskQueue: { name }, taskQueueType, reportStats: true };
  const description = await temporal.ask({ kind: 'server' }, () =>
    connection.workflowService.describeTaskQueue(request),
  );
  return queueState(description, now);
}
