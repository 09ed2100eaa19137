/** The clock of a rehearsal: that of the time-skipping server, and errands at moments of it. */

import type { TestWorkflowEnvironment } from '@temporalio/testing';

export interface Clock {
  /** Epoch milliseconds. */
  now(): Promise<number>;
  /** Lets so many milliseconds pass while nothing else is under way. */
  skip(ms: number): Promise<void>;
  /**
   * Does `work` when so many milliseconds have passed. Time stands still while it is done, so that
   * it happens at that very moment. Call it where time stands still: in an activity.
   */
  after(ms: number, work: () => Promise<void>): Promise<void>;
  /** Any other call to the server: `close` ends it. */
  within<T>(call: () => Promise<T>): Promise<T>;
  /** Ends all calls that are under way: one that is tried again on a closed connection throws where nobody catches it. */
  close(): void;
}

/**
 * Real milliseconds that time stands still after a piece of work: what it leads to is passed on
 * between workflows meanwhile, and the server would not wait for that.
 */
const settling = 200;

type Server = Pick<TestWorkflowEnvironment, 'connection' | 'currentTimeMs' | 'sleep'>;

export function createClock(server: Server): Clock {
  const { testService } = server.connection;
  if (!testService) throw new Error('this server cannot skip time');
  const calls = new Set<AbortController>();
  async function within<T>(call: () => Promise<T>): Promise<T> {
    const controller = new AbortController();
    calls.add(controller);
    try {
      return await server.connection.withAbortSignal(controller.signal, call);
    } finally {
      calls.delete(controller);
    }
  }
  const skip = (ms: number) => within(() => server.sleep(ms));
  return {
    now: () => within(() => server.currentTimeMs()),
    skip,
    async after(ms, work) {
      // The server counts locks: a sleep gives back one that somebody holds, and takes it again when
      // its time is over.
      await within(() => testService.lockTimeSkipping({}));
      const errand = async () => {
        if (ms > 0) await skip(ms);
        try {
          await work();
          await new Promise((resolve) => setTimeout(resolve, settling));
        } finally {
          await within(() => testService.unlockTimeSkipping({}));
        }
      };
      // The rehearsal may be over before the moment comes.
      errand().catch(() => {});
    },
    within,
    close() {
      for (const controller of calls) controller.abort();
    },
  };
}
