import { IllegalStateError, type Worker } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { endsWhenDrained } from './ending.ts';

/** Runs a worker that ends with `error`, in `state`. */
function end(error: Error, state: string): Promise<void> {
  const worker = { getState: () => state } as Worker;
  return endsWhenDrained.runWorker!(worker, async () => {
    throw error;
  });
}

const inUse = new IllegalStateError('Worker still in use: Expected 1 reference, but got 2');

describe('worker/ending', () => {
  it('a worker that has drained has ended well, though its native part is not free yet', async () => {
    await expect(end(inUse, 'STOPPED')).resolves.toBeUndefined();
  });

  it.each([
    ['a worker that failed', inUse, 'FAILED'],
    ['a worker that runs already', new IllegalStateError('Poller was already started'), 'RUNNING'],
    ['another error in the end', new Error('connection reset'), 'STOPPED'],
  ])('%s has not', async (_, error, state) => {
    await expect(end(error, state)).rejects.toBe(error);
  });
});
