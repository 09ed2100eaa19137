/** Releases in lists and by commit, whichever database the journal is on. */

import { beforeAll, describe, expect, it } from 'vitest';
import { policyActor } from '../../../domain/release.ts';
import type { ReleaseFilter } from '../../../journal/contract.ts';
import {
  anEndedRelease,
  aSubmittedRelease,
  historyStart,
  type History,
} from '../../support/journal-entries.ts';
import type { JournalUnderTest } from './under-test.ts';

const minute = 60_000;
const application = 'list';
/** How releases 1 to 5 ended; null: not yet. */
const listed = ['succeeded', 'rolled_back', null, 'rejected', null] as const;

/** Declares the tests; `on` is filled before they run. */
export function describeReleases(on: JournalUnderTest): void {
  describe('test/contracts/journal/releases', () => {
    beforeAll(async () => {
      for (const [index, outcome] of listed.entries()) {
        const release = { application, number: index + 1 };
        // Two of them in the same millisecond: only the number tells them apart.
        const from = historyStart + Math.floor(index / 2) * minute;
        const history = outcome
          ? anEndedRelease(release, outcome, from)
          : aSubmittedRelease(release, from);
        await on.journal.append(history.entries);
      }
    });

    it('are listed with what is known of them', async () => {
      const { items } = await on.journal.listReleases({ application, outcome: 'rolled_back' });
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
      expect(await list(on, {})).toEqual([5, 4, 3, 2, 1]);
      expect(await list(on, { active: true })).toEqual([5, 3]);
      expect(await list(on, { active: false })).toEqual([4, 2, 1]);
      expect(await list(on, { active: true, outcome: 'succeeded' })).toEqual([]);
      expect(await list(on, { application: 'nobody' })).toEqual([]);
    });

    it.each([1, 2, 3, 4, 5, 6])('come in pages of %i, each release once', async (limit) => {
      const seen: number[] = [];
      let cursor: string | undefined;
      let pages = 0;
      do {
        const page = await on.journal.listReleases({ application, limit, cursor });
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
        on.journal.append(
          aSubmittedRelease({ application: 'moving', number }, historyStart + number * minute)
            .entries,
        );
      for (const number of [1, 2, 3]) await add(number);
      const first = await on.journal.listReleases(moving);
      await add(4);
      const second = await on.journal.listReleases({ ...moving, cursor: first.cursor! });
      expect([...numbersOf(first.items), ...numbersOf(second.items)]).toEqual([3, 2, 1]);
    });

    it.each([0, 201, 1.5, Number.NaN])('refuse a limit of %d', async (limit) => {
      await expect(on.journal.listReleases({ limit })).rejects.toMatchObject({
        code: 'request_invalid',
        fields: [{ path: 'limit' }],
      });
    });

    it.each(['', 'nonsense', 'bnVsbA', Buffer.from('["x","y",1]').toString('base64url')])(
      'refuse the cursor "%s"',
      async (cursor) => {
        await expect(on.journal.listReleases({ cursor })).rejects.toMatchObject({
          code: 'request_invalid',
          fields: [{ path: 'cursor' }],
        });
      },
    );

    it('are not listed before it is known which version they release', async () => {
      const release = { application: 'late', number: 1 };
      const [submitted, ended] = anEndedRelease(release, 'succeeded').entries;
      await on.journal.append([ended!]);
      expect(await on.journal.listReleases({ application: 'late' })).toMatchObject({ items: [] });
      await on.journal.append([submitted!]);
      expect(await on.journal.listReleases({ application: 'late' })).toMatchObject({
        items: [{ version: '1.1', stage: 'ended', outcome: 'succeeded' }],
      });
    });

    it('count as failed while a rollback is past its deadline', async () => {
      const release = { application: 'overdue', number: 1 };
      const began = {
        type: 'rollback.started',
        to: '1.0',
        cause: 'errors',
        by: policyActor,
      } as const;
      const delay = { type: 'rollback.delayed', sentence: 'eu is late', attempts: 1 } as const;
      const history = aSubmittedRelease(release).rollout('eu', began).rollout('eu', delay);
      history
        .rollout('us', began)
        .rollout('us', { type: 'rollback.verified', to: '1.0', shares: [] });
      await on.journal.append(history.entries);
      const late = { outcome: 'rollback_failed', sentence: 'eu is late', endedAt: null };
      const filter = { application: 'overdue', outcome: 'rollback_failed', active: true } as const;
      expect(await on.journal.listReleases(filter)).toMatchObject({ items: [late] });

      history.rollout('eu', { type: 'rollback.verified', to: '1.0', shares: [] });
      await on.journal.append(history.entries);
      expect(await on.journal.listReleases(filter)).toMatchObject({ items: [] });
      const { items } = await on.journal.listReleases({ application: 'overdue' });
      expect(items).toMatchObject([{ outcome: null, sentence: null }]);
    });

    it('that wait for the checks of a commit are found by it', async () => {
      await on.journal.append([
        ...verifying(31).entries,
        ...verifying(32).release({ type: 'stage.entered', stage: 'staging' }).entries,
        ...verifying(33).entries,
      ]);
      const found = { application: 'verify', number: 31 };
      expect(await on.journal.releasesVerifying('c31')).toEqual([found]);
      expect(await on.journal.releasesVerifying('c32')).toEqual([]);
      expect(await on.journal.releasesVerifying('c3')).toEqual([]);
    });
  });
}

async function list(on: JournalUnderTest, filter: ReleaseFilter): Promise<number[]> {
  return numbersOf((await on.journal.listReleases({ application, ...filter })).items);
}

function numbersOf(items: { number: number }[]): number[] {
  return items.map(({ number }) => number);
}

function verifying(number: number): History {
  const release = { application: 'verify', number };
  return aSubmittedRelease(release).release({ type: 'stage.entered', stage: 'verify' });
}
