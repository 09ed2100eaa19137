/** The scribe writes events into the journal beside the flow, which never waits for it. */

import { log, sleep } from '@temporalio/workflow';
import type { CrescendoEvent, JournalEntry } from '../domain/events.ts';
import type { ReleaseId } from '../domain/ids.ts';
import { pipeRanks, startPipe } from './pipe.ts';
import { recording } from './proxies.ts';

/** Entries per activity call: keeps one payload far below Temporal's limit. */
const batchSize = 50;

/** Pause before entries are tried again that the journal refused for good, in milliseconds. */
const refusalPause = 60_000;

export interface Scribe {
  /** Puts an event on the record; returns at once. */
  write(event: CrescendoEvent): void;
  /** What is not yet on the record comes there after `others`, which must not fail. */
  after(others: Promise<unknown>): void;
  /** Resolves when everything is forwarded. */
  forwarded(): Promise<void>;
  /** Resolves when everything is written and forwarded. */
  finished(): Promise<void>;
}

/**
 * Starts a scribe. `source` names who records and must be unique for ever, because with the
 * sequence number it is the key of an entry. `forward` passes every batch on (to the parent) before
 * it is recorded: who reads the record may act on it at once, and the release has to know by then.
 * It never waits for the journal: one that is away must not keep a release from knowing.
 */
export function startScribe(
  source: string,
  release: ReleaseId,
  forward?: (events: CrescendoEvent[]) => Promise<void>,
): Scribe {
  let sequence = 0;
  let before: Promise<unknown> = Promise.resolve();
  const journal = startPipe<JournalEntry>(pipeRanks.journal, batchSize, async (batch) => {
    await before;
    await persist(batch);
  });
  const parent =
    forward &&
    startPipe<JournalEntry>(pipeRanks.forward, batchSize, async (batch) => {
      await forward(batch.map(({ event }) => event));
      for (const entry of batch) journal.push(entry);
    });
  const first = parent ?? journal;

  return {
    write(event) {
      sequence += 1;
      const { application, number } = release;
      first.push({ application, release: number, source, sequence, event });
    },
    after: (others) => void (before = others),
    forwarded: async () => parent?.empty(),
    finished: async () => {
      await parent?.empty();
      await journal.empty();
    },
  };
}

/** Entries are never given up: a gap in the record would be a lie. */
async function persist(batch: JournalEntry[]): Promise<void> {
  for (;;) {
    try {
      return await recording.record(batch);
    } catch (error) {
      log.error('the journal refused entries', { entries: batch.length, error: String(error) });
      await sleep(refusalPause);
    }
  }
}
