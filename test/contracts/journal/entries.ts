/** Entries in and out, whichever database the journal is on. */

import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { aHistory, anEndedRelease, aSubmittedRelease } from '../../support/journal-entries.ts';
import type { JournalUnderTest } from './under-test.ts';

/** Declares the tests; `on` is filled before they run. */
export function describeEntries(on: JournalUnderTest): void {
  describe('test/contracts/journal/entries', () => {
    it('is empty at first', async () => {
      expect(await on.journal.lastPosition()).toBe(0);
      expect(await on.journal.entriesAfter(0, 10)).toEqual([]);
      expect(await on.journal.listReleases({})).toEqual({ items: [], cursor: null });
      expect(await on.journal.readProgress({ application: 'shop', number: 1 })).toBeNull();
    });

    it('takes nothing for an answer', async () => {
      await on.journal.append([]);
      await on.journal.appendMeasurements([]);
      expect(await on.journal.lastPosition()).toBe(0);
    });

    it('gives back what was appended, in order and with rising positions', async () => {
      const release = { application: 'order', number: 1 };
      const { entries } = aSubmittedRelease(release)
        .release({ type: 'stage.entered', stage: 'staging' })
        .rollout('staging', { type: 'version.deploying', version: '1.1' });
      await on.journal.append(entries);

      const recorded = await on.journal.readEntries(release, 0, 10);
      expect(recorded).toMatchObject(entries);
      const positions = recorded.map(({ position }) => position);
      expect(positions).toEqual(positions.toSorted((a, b) => a - b));
      expect(new Set(positions).size).toBe(3);
      expect(await on.journal.readEntries(release, positions[0]!, 1)).toEqual([recorded[1]]);
      expect(await on.journal.lastPosition()).toBe(positions[2]);
    });

    it('records an entry once, however often it is appended', async () => {
      const release = { application: 'once', number: 1 };
      const { entries } = anEndedRelease(release, 'succeeded');
      await on.journal.append([...entries, ...entries]);
      await on.journal.append(entries.slice(0, 1));
      await Promise.all([on.journal.append(entries), on.journal.append(entries)]);
      expect(await on.journal.readEntries(release, 0, 10)).toHaveLength(2);
    });

    it('keeps the first of two entries that claim the same place', async () => {
      const release = { application: 'twice', number: 1 };
      await on.journal.append(aSubmittedRelease(release).entries);
      await on.journal.append(aHistory(release).release({ type: 'release.resumed' }).entries);
      const recorded = await on.journal.readEntries(release, 0, 10);
      expect(recorded.map(({ event }) => event.type)).toEqual(['release.submitted']);
    });

    it('gives live streams all releases or those of one application', async () => {
      const before = await on.journal.lastPosition();
      await on.journal.append([
        ...aSubmittedRelease({ application: 'live-a', number: 1 }).entries,
        ...aSubmittedRelease({ application: 'live-b', number: 1 }).entries,
        ...aSubmittedRelease({ application: 'live-a', number: 2 }).entries,
      ]);
      const names = async (limit: number, application?: string) =>
        (await on.journal.entriesAfter(before, limit, application)).map(
          (entry) => `${entry.application}:${entry.release}`,
        );
      expect(await names(10)).toEqual(['live-a:1', 'live-b:1', 'live-a:2']);
      expect(await names(2)).toEqual(['live-a:1', 'live-b:1']);
      expect(await names(10, 'live-a')).toEqual(['live-a:1', 'live-a:2']);
    });

    it.each([
      ['update', sql`update crescendo.events set sequence = 0`],
      ['delete', sql`delete from crescendo.events`],
      ['truncate', sql`truncate crescendo.events`],
    ])('refuses to %s events', async (_, statement) => {
      const before = await on.journal.entriesAfter(0, 1_000);
      await expect(statement.execute(on.db)).rejects.toThrow(/append only/);
      expect(await on.journal.entriesAfter(0, 1_000)).toEqual(before);
    });

    it('keeps text that jsonb refuses, readable', async () => {
      const release = { application: 'text', number: 1 };
      const cut = '🎵'.slice(1);
      const detail = `nul \0, half ${cut}, whole 🎵, escaped \\u0000, quote ", new\nline`;
      await on.journal.append(
        aHistory(release).release({
          type: 'check.finished',
          check: 'ci',
          state: 'failed',
          detail,
          url: null,
        }).entries,
      );
      const [entry] = await on.journal.readEntries(release, 0, 1);
      expect(entry?.event).toMatchObject({
        detail: 'nul \uFFFD, half \uFFFD, whole 🎵, escaped \\u0000, quote ", new\nline',
      });
    });

    it('refuses an entry without a time, and all that came with it', async () => {
      const release = { application: 'timeless', number: 1 };
      const { entries } = anEndedRelease(release, 'succeeded');
      entries[1]!.event.at = 'yesterday';
      await expect(on.journal.append(entries)).rejects.toThrow(RangeError);
      expect(await on.journal.readProgress(release)).toBeNull();
    });

    it('answers a ping', async () => {
      await expect(on.journal.ping()).resolves.toBeUndefined();
    });
  });
}
