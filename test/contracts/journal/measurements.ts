/** Measurements, whichever database the journal is on. */

import type { Kysely } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Journal } from '../../../journal/contract.ts';
import { createJournal } from '../../../journal/journal.ts';
import type { JournalTables } from '../../../journal/schema.ts';
import { aMeasurement, historyStart } from '../../support/journal-entries.ts';

const release = { application: 'shop', number: 7 };

/** Declares the tests; `open` gives an empty, migrated database that they close. */
export function describeMeasurements(
  database: string,
  open: () => Promise<Kysely<JournalTables>>,
): void {
  describe(`test/contracts/journal/measurements: ${database}`, () => {
    let journal: Journal;
    afterAll(() => journal?.close());

    const read = async (filter: { environment?: string; after?: string; limit?: number } = {}) =>
      (await journal.readMeasurements(release, { limit: 100, ...filter })).map(
        ({ environment, index }) => `${environment}${index}`,
      );

    beforeAll(async () => {
      journal = createJournal(await open());
      await journal.appendMeasurements([
        aMeasurement({ index: 2, at: at(20) }),
        aMeasurement({ index: 1, at: at(10) }),
        aMeasurement({ index: 0, at: at(0) }),
        aMeasurement({ environment: 'us', bake: 'shop:7:us:1', index: 0, at: at(10) }),
      ]);
    });

    it('come back whole', async () => {
      const [first] = await journal.readMeasurements(release, { limit: 1 });
      expect(first).toEqual(aMeasurement());
    });

    it('come in time order, of all environments or one', async () => {
      expect(await read()).toEqual(['eu0', 'eu1', 'us0', 'eu2']);
      expect(await read({ environment: 'us' })).toEqual(['us0']);
      expect(await read({ after: at(10) })).toEqual(['eu2']);
    });

    it('of the same moment stay together, so that no page loses one', async () => {
      expect(await read({ limit: 2 })).toEqual(['eu0', 'eu1', 'us0']);
    });

    it('are recorded once per bake and index', async () => {
      await journal.appendMeasurements([
        aMeasurement({ index: 0, weight: 99 }),
        aMeasurement({ index: 0, weight: 98 }),
      ]);
      expect(await journal.readMeasurements(release, { limit: 1 })).toEqual([aMeasurement()]);
    });

    it('never hold numbers that JSON cannot carry', async () => {
      const [evidence] = aMeasurement().evidence;
      const application = 'numbers';
      const odd = { ...evidence!, canary: Number.NaN, bound: Number.POSITIVE_INFINITY };
      await journal.appendMeasurements([aMeasurement({ application, bake: 'n', evidence: [odd] })]);
      const [row] = await journal.readMeasurements({ application, number: 7 }, { limit: 1 });
      expect(row?.evidence).toEqual([{ ...evidence, canary: null, bound: null }]);
    });

    it.each([
      ['limit', { limit: 0 }],
      ['limit', { limit: 10_001 }],
      ['after', { after: 'soon' }],
    ])('refuse a wrong %s', async (path, filter) => {
      await expect(read(filter)).rejects.toMatchObject({
        code: 'request_invalid',
        fields: [{ path }],
      });
    });
  });
}

function at(second: number): string {
  return new Date(historyStart + second * 1_000).toISOString();
}
