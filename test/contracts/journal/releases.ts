/** Releases in lists and by commit, whichever database the journal is on. */

import type { Kysely } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Journal, ReleaseFilter } from '../../../journal/contract.ts';
import { createJournal } from '../../../journal/journal.ts';
import type { JournalTables } from '../../../journal/schema.ts';
import {
  anEndedRelease,
  aSubmittedRelease,
  historyStart,
  type History,
} from '../../support/journal-entries.ts';

const minute = 60_000;
const application = 'list';
/** How releases 1 to 5 ended; null: not yet. */
const listed = ['succeeded', 'rolled_back', null, 'rejected', null] as const;

/** Declares the tests; `open` gives an empty, migrated database that they close. */
export function describeReleases(
  database: string,
  open: () => Promise<Kysely<JournalTables>>,
): void {
  describe(`test/contracts/journal/releases: ${database}`, () => {
    let journal: Journal;
    afterAll(() => journal?.close());

    const list = async (filter: ReleaseFilter) =>
      numbersOf((await journal.listReleases({ application, ...filter })).items);

    beforeAll(async () => {
      journal = createJournal(await open());
      for (const [index, outcome] of listed.entries()) {
        const release = { application, number: index + 1 };
        // Two of them in the same millisecond: only the number tells them apart.
        const from = historyStart + Math.floor(index / 2) * minute;
        const history = outcome
          ? anEndedRelease(release, outcome, from)
          : aSubmittedRelease(release, from);
        await journal.append(history.entries);
      }
    });

    it('are listed with what is known of them', async () => {
      const { items } = await journal.listReleases({ application, outcome: 'rolled_back' });
      expect(items).toEqual([
        {
          id: 'list:2',
          application,
          number: 2,
          version: '1.2',
          initiator: 'jane',
          stage: 'ended',
          outcome: 'rolled_back',
          sentence: 'it rolled_back',
          submittedAt: '2026-01-05T09:00:00.000Z',
          endedAt: '2026-01-05T09:00:01.000Z',
        },
      ]);
    });

    it('come newest first and can be filtered', async () => {
      expect(await list({})).toEqual([5, 4, 3, 2, 1]);
      expect(await list({ active: true })).toEqual([5, 3]);
      expect(await list({ active: false })).toEqual([4, 2, 1]);
      expect(await list({ active: true, outcome: 'succeeded' })).toEqual([]);
      expect(await list({ application: 'nobody' })).toEqual([]);
    });

    it.each([1, 2, 3, 4, 5, 6])('come in pages of %i, each release once', async (limit) => {
      const seen: number[] = [];
      let cursor: string | undefined;
      let pages = 0;
      do {
        const page = await journal.listReleases({ application, limit, cursor });
        seen.push(...numbersOf(page.items));
        expect(page.items.length).toBeGreaterThan(0);
        cursor = page.cursor ?? undefined;
        pages += 1;
      } while (cursor);
      expect(seen).toEqual([5, 4, 3, 2, 1]);
      expect(pages).toBe(Math.ceil(5 / limit));
    });

    it('that arrive between two pages do not shift them', async () => {
      const moving = { application: 'moving', limit: 2 };
      const add = (number: number) =>
        journal.append(
          aSubmittedRelease({ application: 'moving', number }, historyStart + number * minute)
            .entries,
        );
      for (const number of [1, 2, 3]) await add(number);
      const first = await journal.listReleases(moving);
      await add(4);
      const second = await journal.listReleases({ ...moving, cursor: first.cursor! });
      expect([...numbersOf(first.items), ...numbersOf(second.items)]).toEqual([3, 2, 1]);
    });

    it.each([0, 201, 1.5, Number.NaN])('refuse a limit of %d', async (limit) => {
      await expect(journal.listReleases({ limit })).rejects.toMatchObject({
        code: 'request_invalid',
        fields: [{ path: 'limit' }],
      });
    });

    it.each(['', 'nonsense', 'bnVsbA', Buffer.from('["x","y",1]').toString('base64url')])(
      'refuse the cursor "%s"',
      async (cursor) => {
        await expect(journal.listReleases({ cursor })).rejects.toMatchObject({
          code: 'request_invalid',
          fields: [{ path: 'cursor' }],
        });
      },
    );

    it('are not listed before it is known which version they release', async () => {
      const release = { application: 'late', number: 1 };
      const [submitted, ended] = anEndedRelease(release, 'succeeded').entries;
      await journal.append([ended!]);
      expect(await journal.listReleases({ application: 'late' })).toMatchObject({ items: [] });
      await journal.append([submitted!]);
      expect(await journal.listReleases({ application: 'late' })).toMatchObject({
        items: [{ version: '1.1', stage: 'ended', outcome: 'succeeded' }],
      });
    });

    it('that wait for the checks of a commit are found by it', async () => {
      await journal.append([
        ...verifying(31).entries,
        ...verifying(32).release({ type: 'stage.entered', stage: 'staging' }).entries,
        ...verifying(33).entries,
      ]);
      const found = { application: 'verify', number: 31 };
      expect(await journal.releasesVerifying('c31')).toEqual([found]);
      expect(await journal.releasesVerifying('c32')).toEqual([]);
      expect(await journal.releasesVerifying('c3')).toEqual([]);
    });
  });
}

function numbersOf(items: { number: number }[]): number[] {
  return items.map(({ number }) => number);
}

function verifying(number: number): History {
  const release = { application: 'verify', number };
  return aSubmittedRelease(release).release({ type: 'stage.entered', stage: 'verify' });
}
