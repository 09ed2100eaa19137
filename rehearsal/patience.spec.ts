import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ReleaseProgress } from '../domain/progress.ts';
import { patiently } from './patience.ts';

const never = new Promise<ReleaseProgress>(() => {});

describe('rehearsal/patience', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function clockAt(now: () => number) {
    const rest = { skip: async () => {}, after: async () => {}, close: () => {} };
    return { now: async () => now(), within: <T>(call: () => Promise<T>) => call(), ...rest };
  }

  it('gives up a release that has no end', async () => {
    let now = 0;
    const clock = clockAt(() => (now += 10 * 86_400_000));
    const ended = patiently(clock, () => now, never);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await ended).toEqual({ progress: null, sentence: 'still under way after 400 days' });
  });

  it('gives up when nothing is asked of the world any more, and not before', async () => {
    let signs = 0;
    const seen: string[] = [];
    const clock = clockAt(() => 0);
    void patiently(clock, () => signs, never).then(({ sentence }) => void seen.push(sentence));
    for (let minute = 0; minute < 3; minute += 1) {
      await vi.advanceTimersByTimeAsync(55_000);
      signs += 1;
    }
    expect(seen).toEqual([]);
    await vi.advanceTimersByTimeAsync(65_000);
    expect(seen).toEqual(['nothing happens any more']);
  });
});
