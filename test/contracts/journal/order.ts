/** What must hold whatever order batches come in, and however many write at once. */

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../../domain/events.ts';
import { formatReleaseId, type ReleaseId } from '../../../domain/ids.ts';
import { advance, newRelease, type ReleaseProgress } from '../../../domain/progress.ts';
import { outcomes, policyActor } from '../../../domain/release.ts';
import type { Journal, RecordedEntry } from '../../../journal/contract.ts';
import {
  aHistory,
  aSubmittedRelease,
  historyStart,
  type History,
} from '../../support/journal-entries.ts';
import type { JournalUnderTest } from './under-test.ts';

const writers = 8;
const entriesPerWriter = 200;

/** Declares the tests; `on` is filled before they run. */
export function describeOrder(on: JournalUnderTest): void {
  describe('test/contracts/journal/order', () => {
    let releases = 0;

    it('knows the same of a release whatever the order and number of its batches', async () => {
      await fc.assert(
        fc.asyncProperty(aCase, async ({ steps, end, secondsApart, chance }) => {
          const release = { application: 'any-order', number: (releases += 1) };
          const history = aSubmittedRelease(release, historyStart, secondsApart);
          for (const step of steps) step(history);
          if (end) history.release({ type: 'release.ended', outcome: end, sentence: `it ${end}` });
          for (const batch of delivered(history.entries, () => chance.next().value)) {
            await on.journal.append(batch);
          }
          const expected = fold(release, history.entries);
          expect(await on.journal.readProgress(release)).toEqual(expected);
          expect(await summaryOf(on.journal, release)).toEqual(summary(expected));
        }),
        { numRuns: 60 },
      );
    });

    it('shows every entry once to who reads on from the last position, while many write', async () => {
      const seen: RecordedEntry[] = [];
      let position = await on.journal.lastPosition();
      const readOn = async () => {
        const portion = await on.journal.entriesAfter(position, 50);
        seen.push(...portion);
        position = portion.at(-1)?.position ?? position;
        return portion.length;
      };
      const busy = { writers };
      const writing = Array.from({ length: writers }, async (_, writer) => {
        await write(on.journal, writer).finally(() => (busy.writers -= 1));
      });
      while (busy.writers > 0) await readOn();
      while ((await readOn()) > 0);
      await Promise.all(writing);

      const positions = seen.map((entry) => entry.position);
      expect(positions).toEqual(positions.toSorted((a, b) => a - b));
      expect(new Set(seen.map(key)).size).toBe(writers * entriesPerWriter);
      expect(seen).toHaveLength(writers * entriesPerWriter);
    });
  });
}

async function write(journal: Journal, writer: number): Promise<void> {
  const history = aHistory({ application: 'many', number: writer + 1 });
  for (let index = 0; index < entriesPerWriter; index += 1) {
    history.rollout('eu', { type: 'rollout.resumed' });
  }
  // Batches of one to three, and every seventh twice, as a retried activity would.
  for (let next = 0, batch = 1; next < entriesPerWriter; next += batch, batch = (batch % 3) + 1) {
    const entries = history.entries.slice(next, next + batch);
    await journal.append(entries);
    if (next % 7 === 0) await journal.append(entries);
  }
}

const key = (entry: JournalEntry) => `${entry.source} ${entry.sequence}`;

type Step = (history: History) => unknown;

const wait = { key: 'gate', for: 'approval', since: '', until: null, then: 'it goes on' };

/** Something that may happen to a release; the environments have sources of their own. */
const aStep: fc.Arbitrary<Step> = fc.oneof(
  fc
    .constantFrom('verify' as const, 'staging' as const, 'production' as const, 'rollback' as const)
    .map((stage) => (history: History) => history.release({ type: 'stage.entered', stage })),
  fc.constant((history: History) => history.release({ type: 'release.warm', wait })),
  fc.constant((history: History) => history.release({ type: 'release.holding', wait })),
  fc
    .tuple(fc.constantFrom('eu', 'us'), fc.integer({ min: 1, max: 100 }))
    .map(([environment, weight]) => (history: History) => {
      const shares = [{ version: 'new', weight }];
      history.rollout(environment, { type: 'traffic.shifted', shares, weight, step: 1 });
    }),
  fc.constantFrom('eu', 'us').map(
    (environment) => (history: History) =>
      history.rollout(environment, {
        type: 'version.deployed',
        version: 'new',
        url: environment,
      }),
  ),
  // Which of several late rollbacks is quoted is left open, so they all say the same.
  fc.constantFrom('eu', 'us').map((environment) => (history: History) => {
    const began = {
      type: 'rollback.started',
      to: 'old',
      cause: 'errors',
      by: policyActor,
    } as const;
    history.rollout(environment, began);
    history.rollout(environment, { type: 'rollback.delayed', sentence: 'it is late', attempts: 1 });
  }),
  fc.constantFrom('eu', 'us').map((environment) => (history: History) => {
    history.rollout(environment, { type: 'rollback.verified', to: 'old', shares: [] });
  }),
  fc.constant((history: History) => history.again()),
);

const aCase = fc.record({
  steps: fc.array(aStep, { maxLength: 12 }),
  end: fc.option(fc.constantFrom(...outcomes)),
  // Workflows record many events at one time.
  secondsApart: fc.constantFrom(0, 1),
  chance: fc.infiniteStream(fc.nat()),
});

/** The entries of each source in batches, some twice, in any order. */
function delivered(entries: JournalEntry[], chance: () => number): JournalEntry[][] {
  const batches: JournalEntry[][] = [];
  for (const entry of entries) {
    const current = batches.at(-1);
    const joins = current?.[0]?.source === entry.source && chance() % 2 === 0;
    if (current && joins) current.push(entry);
    else batches.push([entry]);
  }
  const repeated = batches.flatMap((batch) => (chance() % 3 === 0 ? [batch, batch] : [batch]));
  return repeated
    .map((batch) => ({ batch, place: chance() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ batch }) => batch);
}

function fold(release: ReleaseId, entries: JournalEntry[]): ReleaseProgress {
  const start = newRelease(release, entries[0]!.event.at);
  return entries.reduce((progress, { event }) => advance(progress, event), start);
}

async function summaryOf(journal: Journal, release: ReleaseId) {
  const { items } = await journal.listReleases({ application: release.application, limit: 200 });
  return items.find(({ id }) => id === formatReleaseId(release));
}

function summary(progress: ReleaseProgress) {
  const { id, application, number, stage, outcome, sentence, submittedAt, endedAt } = progress;
  const who = { version: progress.version?.name, initiator: progress.initiator?.id };
  return { id, application, number, ...who, stage, outcome, sentence, submittedAt, endedAt };
}
