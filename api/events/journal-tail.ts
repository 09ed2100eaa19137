/** One look at the end of the journal for all who follow it: it polls only while somebody does. */

import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import type { JournalReader, RecordedEntry } from '../../journal/contract.ts';
import { JOURNAL } from '../journal.module.ts';
import { LOGGER } from '../logger.ts';
import { createSubscription, type Subscription } from './subscription.ts';

const pollInterval = 250;
/** After a failed look; the database may be restarting. */
const troubledInterval = 2_000;
const pageSize = 500;

@Injectable()
export class JournalTail implements BeforeApplicationShutdown {
  private readonly subscriptions = new Set<Subscription>();
  private position: number | null = null;
  private timer: NodeJS.Timeout | undefined;
  private closing = false;

  constructor(
    @Inject(JOURNAL) private readonly journal: JournalReader,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** How many follow at present. */
  get size(): number {
    return this.subscriptions.size;
  }

  /** Entries that `wanted` chooses, from now on. Close it when done. */
  subscribe(wanted: (entry: RecordedEntry) => boolean): Subscription {
    const subscription = createSubscription(wanted, () => {
      this.subscriptions.delete(subscription);
      if (this.subscriptions.size === 0) this.rest();
    });
    if (this.closing) subscription.end();
    else this.subscriptions.add(subscription);
    if (this.subscriptions.size === 1) this.schedule(0);
    return subscription;
  }

  /** Streams end before the server closes, for it waits for them. */
  beforeApplicationShutdown(): void {
    this.closing = true;
    for (const subscription of this.subscriptions) subscription.end();
    this.rest();
  }

  private rest(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.position = null;
  }

  private schedule(delay: number): void {
    if (this.closing || this.subscriptions.size === 0) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look(), delay);
  }

  private async look(): Promise<void> {
    const turn = this.timer;
    try {
      const from = this.position ?? (await this.journal.lastPosition());
      const entries = await this.journal.entriesAfter(from, pageSize);
      // Everybody left, or left and came back, in the meantime: that look was for others.
      if (turn !== this.timer) return;
      this.position = entries.at(-1)?.position ?? from;
      for (const subscription of this.subscriptions) subscription.offer(entries);
      this.schedule(entries.length === pageSize ? 0 : pollInterval);
    } catch (error) {
      this.log.warn({ err: error }, 'journal could not be followed');
      if (turn === this.timer) this.schedule(troubledInterval);
    }
  }
}
