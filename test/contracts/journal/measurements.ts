/** Measurements, whichever database the journal is on. */

import { beforeAll, describe, expect, it } from 'vitest';
import { aMeasurement, historyStart } from '../../support/journal-entries.ts';
import type { JournalUnderTest } from './under-test.ts';

const release = { application: 'shop', number: 7 };

interface Filter {
  environment?: string;
  after?: string;
  limit?: number;
}

/** Declares the tests; `on` is filled before they run. */
export function describeMeasurements(on: JournalUnderTest): void {
  describe('test/contracts/journal/measurements', () => {
    beforeAll(async () => {
      await on.journal.appendMeasurements([
        aMeasurement({ index: 2, at: at(20) }),
        aMeasurement({ index: 1, at: at(10) }),
        aMeasurement({ index: 0, at: at(0) }),
        aMeasurement({ environment: 'us', bake: 'shop:7:us:1', index: 0, at: at(10) }),
      ]);
    });

    it('come back whole', async () => {
      const [first] = await on.journal.readMeasurements(release, { limit: 1 });
      expect(first).toEqual(aMeasurement());
    });

    it('come in time order, of all environments or one', async () => {
      expect(await read(on)).toEqual(['eu0', 'eu1', 'us0', 'eu2']);
      expect(await read(on, { environment: 'us' })).toEqual(['us0']);
      expect(await read(on, { after: at(10) })).toEqual(['eu2']);
    });

    it('of the same moment stay together, so that no page loses one', async () => {
      expect(await read(on, { limit: 2 })).toEqual(['eu0', 'eu1', 'us0']);
    });

    it('are recorded once per bake and index', async () => {
      await on.journal.appendMeasurements([
        aMeasurement({ index: 0, weight: 99 }),
        aMeasurement({ index: 0, weight: 98 }),
      ]);
      expect(await on.journal.readMeasurements(release, { limit: 1 })).toEqual([aMeasurement()]);
    });

    it('never hold numbers that JSON cannot carry', async () => {
      const [evidence] = aMeasurement().evidence;
      const application = 'numbers';
      const odd = { ...evidence!, canary: Number.NaN, bound: Number.POSITIVE_INFINITY };
      await on.journal.appendMeasurements([
        aMeasurement({ application, bake: 'n', evidence: [odd] }),
      ]);
      const [row] = await on.journal.readMeasurements({ application, number: 7 }, { limit: 1 });
      expect(row?.evidence).toEqual([{ ...evidence, canary: null, bound: null }]);
    });

    it.each([
      ['limit', { limit: 0 }],
      ['limit', { limit: 10_001 }],
      ['after', { after: 'soon' }],
    ])('refuse a wrong %s', async (path, filter) => {
      await expect(read(on, filter)).rejects.toMatchObject({
        code: 'request_invalid',
        fields: [{ path }],
      });
    });
  });
}

function at(second: number): string {
  return new Date(historyStart + second * 1_000).toISOString();
}

/** Short names of what comes back: environment and index. */
async function read(on: JournalUnderTest, filter: Filter = {}): Promise<string[]> {
  const rows = await on.journal.readMeasurements(release, { limit: 100, ...filter });
  return rows.map(({ environment, index }) => `${environment}${index}`);
}
