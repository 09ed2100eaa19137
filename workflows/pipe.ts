/** A pipe hands items over in batches and in order, one batch at a time, to the very end. */

import { CancellationScope, condition } from '@temporalio/workflow';

export interface Pipe<T> {
  push(...items: T[]): void;
  /** Resolves when everything is handed over. */
  empty(): Promise<void>;
}

/** Which pipe of a workflow goes first when one activation fills several. */
export const pipeRanks = { orders: 1, forward: 1, reports: 2, journal: 3 } as const;

/**
 * Starts a pipe outside of any scope that a rollback or a cancellation ends. It takes up what an
 * activation has filled in when that has come to rest. So all of it is one batch, and what the
 * workflow does comes in the same order whether the end of the last batch is told with it or before
 * it: a replay may see the two in one activation that had been two.
 * @param rank Of `pipeRanks`.
 * @param most Items in one batch.
 * @param handOver Must not fail: what it throws ends the pipe.
 */
export function startPipe<T>(
  rank: number,
  most: number,
  handOver: (batch: T[]) => Promise<void>,
): Pipe<T> {
  const waiting: T[] = [];
  let busy = false;

  async function run(): Promise<void> {
    for (;;) {
      await condition(() => waiting.length > 0);
      busy = true;
      for (let left = rank; left > 0; left -= 1) await rest();
      await handOver(waiting.splice(0, most));
      busy = false;
    }
  }

  void CancellationScope.nonCancellable(run);

  return {
    push: (...items) => void waiting.push(...items),
    empty: () =>
      CancellationScope.nonCancellable(() => condition(() => !busy && waiting.length === 0)),
  };
}

/**
 * Resolves in the same activation, when all has run that was ready to run: conditions are looked at
 * when they are made, and again after that.
 */
function rest(): Promise<void> {
  let looks = 0;
  return condition(() => {
    looks += 1;
    return looks > 1;
  });
}
