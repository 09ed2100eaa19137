import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withLock } from './lock.ts';

describe('providers/lock', () => {
  let directory: string;
  const always = new AbortController().signal;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'crescendo-lock-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('lets one work at a time, in whatever way the one before ended', async () => {
    let inside = 0;
    const work = (index: number) =>
      withLock(join(directory, 'it'), always, async () => {
        inside += 1;
        await sleep(5);
        expect(inside).toBe(1);
        inside -= 1;
        if (index % 2 === 0) throw new Error(`failed ${index}`);
        return index;
      });
    const ends = await Promise.allSettled([0, 1, 2, 3].map(work));
    expect(
      ends.map((end) => (end.status === 'fulfilled' ? end.value : String(end.reason))),
    ).toEqual(['Error: failed 0', 1, 'Error: failed 2', 3]);
  });

  it('tells what it waits for, until the caller has enough', async () => {
    mkdirSync(join(directory, 'it.lock'));
    const controller = new AbortController();
    const sentences: string[] = [];
    const waiting = withLock(
      join(directory, 'it'),
      controller.signal,
      () => Promise.resolve('never'),
      (sentence) => {
        sentences.push(sentence);
        controller.abort(new Error('enough'));
      },
    );
    await expect(waiting).rejects.toThrow('enough');
    expect(sentences).toEqual([expect.stringContaining('it.lock')]);
  });

  it('aborts the work when the lock is lost', async () => {
    const path = join(directory, 'it');
    const work = withLock(path, always, async (signal) => {
      rmSync(`${path}.lock`, { recursive: true });
      await sleep(10_000, undefined, { signal }).catch(() => {});
      signal.throwIfAborted();
    });
    await expect(work).rejects.toMatchObject({ code: 'provider_unavailable' });
  });
});
