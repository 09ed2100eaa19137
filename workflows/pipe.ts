/** A pipe hands items over in batches and in order, one batch at a time, to the very end. */

import { CancellationScope, condition } from '@temporalio/workflow';

export interface Pipe<T> {
  push(...items: T[]): void;
  /** Resolves when everything is handed over. */
  empty(): Promise<void>;
}

/**
 * Starts a pipe outside of any scope that a rollback or a cancellation ends.
 * @param most Items in one batch.
 * @param handOver Must not fail: what it throws ends the pipe.
 */
export function startPipe<T>(most: number, handOver: (batch: T[]) => Promise<void>): Pipe<T> {
  const waiting: T[] = [];
  let busy = false;

  async function run(): Promise<void> {
    for (;;) {
      await condition(() => waiting.length > 0);
      busy = true;
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
