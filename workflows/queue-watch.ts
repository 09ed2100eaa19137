/** Beside a rollout: says when no worker serves its environment, and when one is back. */

import { CancellationScope, isCancellation, log, sleep } from '@temporalio/workflow';
import { defaultTaskQueue } from '../domain/ids.ts';
import { unservedSentence } from '../domain/task-queue.ts';
import { sentenceOf } from './causes.ts';
import { watching } from './proxies.ts';
import { waitFrom, type Rollout } from './rollout-state.ts';

/**
 * How long a change must have lasted before it is told, in milliseconds: twice as long each time, so
 * that a worker that comes and goes for weeks makes little history.
 */
const settling = { first: 5000, longest: 3_600_000 };

/**
 * Starts watching; what it returns ends the watch. One activity on the default queue, whose workers
 * live as long as this workflow gets on, however long the watch is. The default queue itself needs no watch: without
 * its workers nobody would be here to tell.
 */
export function watchQueue(rollout: Rollout): () => void {
  const { taskQueue } = rollout.plan;
  if (taskQueue === defaultTaskQueue) return () => {};
  const scope = new CancellationScope({ cancellable: true });
  const outside = CancellationScope.nonCancellable(() => scope.run(() => watch(rollout)));
  outside.catch((error: unknown) => {
    if (!isCancellation(error)) log.warn('nobody watches a queue', { taskQueue });
  });
  return () => scope.cancel();
}

async function watch(rollout: Rollout): Promise<void> {
  const { taskQueue: queue } = rollout.plan;
  let served = true;
  for (let settle = settling.first; ; settle = Math.min(settle * 2, settling.longest)) {
    const state = await change(queue, served, settle);
    served = state.served;
    if (served) rollout.record({ type: 'worker.returned', queue });
    else {
      const what = `a worker (${unservedSentence(queue, state.lastPoll)})`;
      const wait = waitFrom('worker', what, null, 'it goes on by itself');
      rollout.record({ type: 'worker.missed', queue, wait });
    }
  }
}

/** Resolves when it is no longer as it was. A watch that fails is begun again later. */
async function change(taskQueue: string, served: boolean, settle: number) {
  for (;;) {
    try {
      const summary = `does a worker poll ${taskQueue}?`;
      return await watching(defaultTaskQueue, summary).watchQueue({ taskQueue, served, settle });
    } catch (error) {
      if (isCancellation(error)) throw error;
      log.warn('a queue could not be watched', { taskQueue, error: sentenceOf(error) });
      await sleep(settling.longest, { summary: `before looking at ${taskQueue} again` });
    }
  }
}
