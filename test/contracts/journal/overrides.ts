/** Overrides of the calendar, whichever database the journal is on. */

import { beforeAll, describe, expect, it } from 'vitest';
import type { RolloutEventBody } from '../../../domain/events.ts';
import { aSubmittedRelease, historyStart } from '../../support/journal-entries.ts';
import type { JournalUnderTest } from './under-test.ts';

const override: RolloutEventBody = {
  type: 'calendar.overridden',
  by: { id: 'jane', channel: 'cli' },
  reason: 'checkout is down',
  until: '2026-01-05T12:00:00.000Z',
  what: 'the maintenance window',
};

/** Declares the tests; `on` is filled before they run. */
export function describeOverrides(on: JournalUnderTest): void {
  describe('test/contracts/journal/overrides', () => {
    beforeAll(async () => {
      for (const [application, environments] of [
        ['over', ['eu', 'us']],
        ['under', ['eu']],
      ] as const) {
        const history = aSubmittedRelease({ application, number: 7 }, historyStart);
        for (const environment of environments) history.rollout(environment, override);
        await on.journal.append(history.entries);
      }
    });

    it('are listed newest first, of one application', async () => {
      const found = await on.journal.readOverrides({ application: 'over', limit: 10 });
      const { type: _, ...facts } = override;
      const both = { release: 'over:7', at: expect.any(String), ...facts };
      expect(found).toEqual([
        { environment: 'us', ...both },
        { environment: 'eu', ...both },
      ]);
    });

    it('or of all, and no more than asked for', async () => {
      const read = (limit: number) => on.journal.readOverrides({ limit });
      expect((await read(10)).map(({ release }) => release)).toEqual([
        'under:7',
        'over:7',
        'over:7',
      ]);
      expect(await read(1)).toHaveLength(1);
    });

    it('of an application without any there are none', async () => {
      expect(await on.journal.readOverrides({ application: 'none', limit: 10 })).toEqual([]);
    });
  });
}
