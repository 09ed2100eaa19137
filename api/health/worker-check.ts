/** Looks for workers: who has polled our task queue for workflows and for activities. */

import protobuf from '@temporalio/proto';
import { defaultTaskQueue } from '../../domain/ids.ts';
import type { Temporal } from '../temporal.ts';
import type { Check } from './health.service.ts';

/** A poll lasts a minute at most, so a worker that lives has begun one since. */
const freshness = 75_000;

const { TaskQueueType } = protobuf.temporal.api.enums.v1;
const types = {
  workflows: TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  activities: TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
};

/** @throws CrescendoError temporal_unavailable */
export async function checkWorker(temporal: Temporal, now: number): Promise<Check> {
  const [workflows, activities] = await Promise.all([
    lastPoll(temporal, types.workflows),
    lastPoll(temporal, types.activities),
  ]);
  const missing = Object.entries({ workflows, activities }).find(
    ([, last]) => last === null || now - last > freshness,
  );
  if (!missing) return { ok: true, detail: `a worker polls task queue ${defaultTaskQueue}` };
  const [what, last] = missing;
  const since = last === null ? 'in the last minutes' : `since ${new Date(last).toISOString()}`;
  return {
    ok: false,
    detail: `no worker polls task queue ${defaultTaskQueue} for ${what} ${since}`,
  };
}

/** Epoch milliseconds of the latest poll; null when the server remembers none. */
async function lastPoll(
  temporal: Temporal,
  taskQueueType: protobuf.temporal.api.enums.v1.TaskQueueType,
): Promise<number | null> {
  const { namespace, connection } = temporal;
  const taskQueue = { name: defaultTaskQueue };
  const { pollers } = await temporal.ask({ kind: 'server' }, () =>
    connection.workflowService.describeTaskQueue({ namespace, taskQueue, taskQueueType }),
  );
  const times = (pollers ?? []).map(
    ({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000,
  );
  return times.length > 0 ? Math.max(...times) : null;
}
