/** Streams of events: what the journal holds already, then what comes, without a gap between. */

import { Inject, Injectable } from '@nestjs/common';
import { formatReleaseId, type ReleaseId } from '../../domain/ids.ts';
import type { JournalReader, RecordedEntry } from '../../journal/contract.ts';
import { JOURNAL } from '../journal.module.ts';
import { JournalTail } from './journal-tail.ts';
import { formatComment, formatEnd, formatEntry, greeting } from './sse.ts';
import type { Subscription } from './subscription.ts';

/** Proxies close what is silent for longer. */
const keepAlive = 15_000;
const pageSize = 200;

@Injectable()
export class EventsService {
  constructor(
    @Inject(JOURNAL) private readonly journal: JournalReader,
    @Inject(JournalTail) private readonly tail: JournalTail,
  ) {}

  /** All of one release after position `after`; ends with the event `end` when the release has. */
  async *followRelease(
    release: ReleaseId,
    after: number,
    signal: AbortSignal,
  ): AsyncGenerator<string> {
    const isOurs = (entry: RecordedEntry) =>
      entry.application === release.application && entry.release === release.number;
    const more = (from: number) => this.journal.readEntries(release, from, pageSize);
    const id = formatReleaseId(release);
    for await (const item of this.follow(isOurs, more, after, signal)) {
      yield typeof item === 'string' ? item : formatEntry(item);
      if (item === greeting && (await this.endedBefore(release, after))) return yield formatEnd(id);
      if (typeof item !== 'string' && item.event.type === 'release.ended')
        return yield formatEnd(id);
    }
  }

  /** Everything, or all of one application: from now on, or after position `after`. */
  async *followAll(
    application: string | undefined,
    after: number | null,
    signal: AbortSignal,
  ): AsyncGenerator<string> {
    const from = after ?? (await this.journal.lastPosition());
    const isOurs = (entry: RecordedEntry) =>
      application === undefined || entry.application === application;
    const more = (position: number) => this.journal.entriesAfter(position, pageSize, application);
    for await (const item of this.follow(isOurs, more, from, signal)) {
      yield typeof item === 'string' ? item : formatEntry(item);
    }
  }

  private async *follow(
    isOurs: (entry: RecordedEntry) => boolean,
    more: (position: number) => Promise<RecordedEntry[]>,
    after: number,
    signal: AbortSignal,
  ): AsyncGenerator<RecordedEntry | string> {
    // Before the journal is read, so that what is written meanwhile comes from one of the two.
    const subscription = this.tail.subscribe(isOurs);
    try {
      let position = after;
      let page = await more(position);
      yield greeting;
      while (page.length > 0) {
        yield* page;
        position = page.at(-1)?.position ?? position;
        page = page.length < pageSize ? [] : await more(position);
      }
      yield* this.live(subscription, position, signal);
    } finally {
      subscription.close();
    }
  }

  private async *live(
    subscription: Subscription,
    after: number,
    signal: AbortSignal,
  ): AsyncGenerator<RecordedEntry | string> {
    while (!signal.aborted) {
      const delivery = await subscription.next(keepAlive, signal);
      switch (delivery.kind) {
        case 'entries':
          yield* delivery.entries.filter(({ position }) => position > after);
          break;
        case 'nothing':
          yield formatComment('keep-alive');
          break;
        case 'tooSlow':
          return yield formatComment('too slow: come back with Last-Event-ID');
        case 'ended':
          return;
      }
    }
  }

  /** True when the client has seen the end already. */
  private async endedBefore(release: ReleaseId, after: number): Promise<boolean> {
    if (after === 0 || (await this.journal.readEntries(release, after, 1)).length > 0) return false;
    return (await this.journal.readProgress(release))?.stage === 'ended';
  }
}
