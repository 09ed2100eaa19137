import { setTimeout as sleep } from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import type { Measurement } from '../domain/events.ts';
import { createRecorder } from './measurements.ts';

function look(index: number): Measurement {
  const bake = 'shop:2/eu/1.1';
  const place = { application: 'shop', release: 2, environment: 'eu', bake };
  return { ...place, index, at: new Date(index).toISOString(), weight: 5, evidence: [] };
}

/** A journal that does as it is told, and what it has taken. */
function aJournal(append: () => Promise<void>) {
  const taken: number[] = [];
  const recorder = createRecorder({
    async appendMeasurements(measurements) {
      await append();
      taken.push(...measurements.map(({ index }) => index));
    },
  });
  const record = (index: number) => new MockActivityEnvironment().run(() => recorder(look(index)));
  return { taken, record };
}

describe('activities/measurements', () => {
  it('records every look before the next one', async () => {
    const { taken, record } = aJournal(async () => {});
    for (const index of [1, 2, 3]) {
      await record(index);
      expect(taken.at(-1)).toBe(index);
    }
  });

  it('keeps what a journal that is away did not take, in order and once', async () => {
    let away = true;
    const { taken, record } = aJournal(async () => {
      if (away) throw new Error('ECONNREFUSED');
    });
    for (const index of [1, 2, 3]) await record(index);
    expect(taken).toEqual([]);
    away = false;
    await expect.poll(() => taken, { timeout: 5_000 }).toEqual([1, 2, 3]);
    await record(4);
    expect(taken).toEqual([1, 2, 3, 4]);
  });

  it('does not wait for a journal that hangs', async () => {
    let free = () => {};
    const hanging = new Promise<void>((resolve) => (free = resolve));
    const { taken, record } = aJournal(() => hanging);
    const first = await Promise.race([record(1).then(() => 'went on'), sleep(10_000, 'hangs')]);
    expect(first).toBe('went on');
    await record(2);
    expect(taken).toEqual([]);
    free();
    await expect.poll(() => taken).toEqual([1, 2]);
  });
});
