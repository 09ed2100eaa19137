/** How a worker ends: well, when all its work is done. */

import { IllegalStateError, type WorkerPlugin } from '@temporalio/worker';

/**
 * A worker that has drained everything frees its native part in the end. That refuses
 * ("Worker still in use") when the thread of the last poll has told that it is over but not yet let
 * go of its reference, which happens on a busy machine. The part goes with that reference, and
 * nobody has lost anything, so it is no failure. The same race, for other languages:
 * https://github.com/temporalio/sdk-rust/pull/1330.
 */
export const endsWhenDrained: WorkerPlugin = {
  name: 'crescendo.ends-when-drained',
  async runWorker(worker, next) {
    try {
      await next(worker);
    } catch (error) {
      // STOPPED is what a worker is in whose work ended well; any other end is FAILED.
      if (error instanceof IllegalStateError && worker.getState() === 'STOPPED') return;
      throw error;
    }
  },
};
