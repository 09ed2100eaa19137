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
}

type Server = Pick<TestWorkflowEnvironment, 'connection' | 'currentTimeMs' | 'sleep'>;

export function createClock(server: Server): Clock {
  const { testService } = server.connection;
  if (!testService) throw new Error('this server cannot skip time');
  return {
    now: () => server.currentTimeMs(),
    skip: (ms) => server.sleep(ms),
    async after(ms, work) {
      // The server counts locks: a sleep gives back one that somebody holds, and takes it again when
      // its time is over.
      await testService.lockTimeSkipping({});
      const errand = async () => {
        if (ms > 0) await server.sleep(ms);
        try {
          await work();
        } finally {
          await testService.unlockTimeSkipping({});
        }
      };
      // The rehearsal may be over before the moment comes: the server is gone then.
      errand().catch(() => {});
    },
  };
}
