/** JOURNAL: the reading side of the journal, opened when it is first needed, closed with the API. */

import {
  Global,
  Inject,
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { CrescendoError } from '../domain/errors.ts';
import type { Journal, JournalReader } from '../journal/contract.ts';

export const JOURNAL = Symbol('JOURNAL');

export type ClosableReader = JournalReader & { close(): Promise<void> };

@Global()
@Module({})
export class JournalModule implements OnApplicationShutdown {
  constructor(@Inject(JOURNAL) private readonly journal: ClosableReader) {}

  static forRoot(journal: ClosableReader): DynamicModule {
    const provider = { provide: JOURNAL, useValue: journal };
    return { module: JournalModule, providers: [provider], exports: [provider] };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.journal.close();
  }
}

/** A journal whose database may be away when the API starts: every call tries again to open it. */
export function lazyJournal(open: () => Promise<Journal>): ClosableReader {
  let opening: Promise<Journal> | undefined;
  let closed = false;
  const opened = async () => {
    if (closed) throw new CrescendoError('journal_unavailable', 'the API is shutting down');
    opening ??= open();
    try {
      return await opening;
    } catch (error) {
      opening = undefined;
      throw error;
    }
  };
  return {
    listReleases: async (filter) => (await opened()).listReleases(filter),
    readProgress: async (release) => (await opened()).readProgress(release),
    readEntries: async (...input) => (await opened()).readEntries(...input),
    entriesAfter: async (...input) => (await opened()).entriesAfter(...input),
    readOverrides: async (filter) => (await opened()).readOverrides(filter),
    lastPosition: async () => (await opened()).lastPosition(),
    readMeasurements: async (...input) => (await opened()).readMeasurements(...input),
    releasesVerifying: async (commit) => (await opened()).releasesVerifying(commit),
    ping: async () => (await opened()).ping(),
    close: async () => {
      closed = true;
      const journal = await opening?.catch(() => undefined);
      await journal?.close();
    },
  };
}
