/** Records the looks of bakes beside the watch, which never waits long for the journal. */

import { setTimeout as sleep } from 'node:timers/promises';
import { log } from '@temporalio/activity';
import type { Measurement } from '../domain/events.ts';
import type { JournalWriter } from '../journal/contract.ts';

/** Milliseconds that a look may be held up by a slow journal. */
const patience = 1000;
/** Milliseconds between two tries while the journal is away. */
const retryPause = 1000;
/** Looks kept for a journal that is away; older ones are given up. */
const kept = 10_000;
const batchSize = 200;

export type Recorder = (measurement: Measurement) => Promise<void>;

/**
 * Measurements are for people, not for safety: a journal that is away or hangs must not stop the
 * watch. What could not be recorded is tried again for as long as this worker lives.
 */
export function createRecorder(journal: Pick<JournalWriter, 'appendMeasurements'>): Recorder {
  let waiting: Measurement[] = [];
  let writing: Promise<void> | null = null;

  async function write(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, batchSize);
      try {
        await journal.appendMeasurements(batch);
        waiting = waiting.filter((one) => !batch.includes(one));
      } catch (error) {
        log.warn('measurements are not recorded yet', {
          waiting: waiting.length,
          error: String(error),
        });
        await sleep(retryPause, undefined, { ref: false });
      }
    }
    writing = null;
  }

  return async (measurement) => {
    waiting = [...waiting, measurement].slice(-kept);
    writing ??= write();
    await Promise.race([writing, sleep(patience, undefined, { ref: false })]);
  };
}
