import { describe, expect, it } from 'vitest';
import { CrescendoError } from '../domain/errors.ts';
import type { Journal } from '../journal/contract.ts';
import { lazyJournal } from './journal.module.ts';

/** A journal that opens at the `attempt`th try, and counts what is done with it. */
function opensAt(attempt: number) {
  const counts = { opened: 0, closed: 0 };
  const journal = {
    lastPosition: async () => 7,
    close: async () => void (counts.closed += 1),
  } as unknown as Journal;
  const reader = lazyJournal(async () => {
    counts.opened += 1;
    if (counts.opened < attempt) throw new CrescendoError('journal_unavailable', 'away');
    return journal;
  });
  return { counts, reader };
}

describe('api/journal.module.ts', () => {
  it('opens the journal once, when it is needed', async () => {
    const { counts, reader } = opensAt(1);
    const before = counts.opened;
    const answers = await Promise.all([reader.lastPosition(), reader.lastPosition()]);

    expect([before, counts.opened, answers]).toEqual([0, 1, [7, 7]]);
  });

  it('tries again after a failure', async () => {
    const { counts, reader } = opensAt(2);

    await expect(reader.lastPosition()).rejects.toThrow('away');
    await expect(reader.lastPosition()).resolves.toBe(7);
    expect(counts.opened).toBe(2);
  });

  it('closes what it opened, and opens nothing afterwards', async () => {
    const { counts, reader } = opensAt(1);
    await reader.lastPosition();
    await reader.close();

    expect(counts.closed).toBe(1);
    await expect(reader.lastPosition()).rejects.toThrow('the API is shutting down');
    expect(counts.opened).toBe(1);
  });

  it('closes without having opened anything', async () => {
    const { counts, reader } = opensAt(1);
    await reader.close();

    expect(counts).toEqual({ opened: 0, closed: 0 });
  });
});
