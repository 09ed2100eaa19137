/** The scribe writes events into the journal beside the flow, which never waits for it. */

import { CancellationScope, condition } from '@temporalio/workflow';
import type { CrescendoEvent, JournalEntry } from '../domain/events.ts';
import type { ReleaseId } from '../domain/ids.ts';
import { recording } from './proxies.ts';

/** Entries per activity call: keeps one payload far below Temporal's limit. */
const batchSize = 50;

export interface Scribe {
  /** Puts an event on the record; returns at once. */
  write(event: CrescendoEvent): void;
  /** Resolves when everything is written and forwarded. */
  finished(): Promise<void>;
}

/**
 * Starts a scribe. `source` names who records and must be unique for ever, because with the
 * sequence number it is the key of an entry. `forward` passes every batch on (to the parent).
 */
export function startScribe(
  source: string,
  release: ReleaseId,
  forward?: (events: CrescendoEvent[]) => Promise<void>,
): Scribe {
  const waiting: JournalEntry[] = [];
  let sequence = 0;
  let busy = false;

  async function run(): Promise<void> {
    for (;;) {
      await condition(() => waiting.length > 0);
      busy = true;
      const batch = waiting.splice(0, batchSize);
      await Promise.all([forward?.(batch.map((entry) => entry.event)), recording.record(batch)]);
      busy = false;
    }
  }

  // Outside of any scope that a rollback or a cancellation ends: the record is kept to the end.
  void CancellationScope.nonCancellable(run);

  return {
    write(event) {
      sequence += 1;
      waiting.push({
        application: release.application,
        release: release.number,
        source,
        sequence,
        event,
      });
    },
    finished: () =>
      CancellationScope.nonCancellable(() => condition(() => !busy && waiting.length === 0)),
  };
}
