/** The crier tells all running releases that what holds over them has changed. */

import { condition, log } from '@temporalio/workflow';
import { announcing } from './proxies.ts';

export interface Crier {
  /** Tells them; returns at once. */
  cry(): void;
  /** Resolves when everybody has been told. */
  finished(): Promise<void>;
  isBusy(): boolean;
}

/**
 * They are told twice: Temporal's list of what runs is late by a moment, and who began to wait in
 * that moment would be told tomorrow otherwise. In milliseconds.
 */
const rounds = 2;
const between = 10_000;

export function startCrier(): Crier {
  let left = 0;
  let busy = false;

  async function tellAll(): Promise<void> {
    busy = true;
    while (left > 0) {
      left -= 1;
      await tell();
      // News that come meanwhile are told at once.
      if (left > 0) await condition(() => left === rounds, between);
    }
    busy = false;
  }

  return {
    cry() {
      left = rounds;
      if (!busy) void tellAll();
    },
    finished: () => condition(() => !busy),
    isBusy: () => busy,
  };
}

/** Who was not reached asks by itself, when the hold was to end or a day is over. */
async function tell(): Promise<void> {
  try {
    await announcing.tellReleases();
  } catch (error) {
    log.warn('releases could not be told of the calendar', { error: String(error) });
  }
}
