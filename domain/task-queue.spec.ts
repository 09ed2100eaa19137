import { describe, expect, it } from 'vitest';
import { queueState, unservedSentence } from './task-queue.ts';

const now = Date.parse('2026-01-01T12:00:00Z');
const ago = (seconds: number) => ({ seconds: now / 1000 - seconds });
const polled = (...seconds: number[]) => seconds.map((second) => ({ lastAccessTime: ago(second) }));

describe('domain/task-queue', () => {
  it.each([
    ['nobody has ever polled', {}, false],
    ['nobody is remembered', { pollers: [] }, false],
    ['one polls now', { pollers: polled(0) }, true],
    ['one is idle, its poll is a minute long', { pollers: polled(60) }, true],
    ['the last poll is too long ago for anybody who lives', { pollers: polled(80) }, false],
    ['one of two lives', { pollers: polled(200, 5) }, true],
    [
      'work waits although one polled half a minute ago: it would have taken it',
      { pollers: polled(30), stats: { approximateBacklogAge: { seconds: 20 } } },
      false,
    ],
    [
      'work waits, but one has only just come',
      { pollers: polled(1), stats: { approximateBacklogAge: { seconds: 20 } } },
      true,
    ],
    [
      'work has only just begun to wait',
      { pollers: polled(30), stats: { approximateBacklogAge: { seconds: 2 } } },
      true,
    ],
  ])('%s', (_, description, served) => {
    expect(queueState(description, now).served).toBe(served);
  });

  it('says since when', () => {
    const { lastPoll } = queueState({ pollers: polled(200, 90) }, now);
    expect(lastPoll).toBe('2026-01-01T11:58:30.000Z');
    expect(unservedSentence('crescendo-eu', lastPoll)).toBe(
      'no worker polls task queue crescendo-eu since 2026-01-01T11:58:30.000Z',
    );
    expect(unservedSentence('crescendo-eu', null, 'activities')).toBe(
      'no worker polls task queue crescendo-eu for activities in the last minutes',
    );
  });

  it('reads what protobuf makes of 64 bits', () => {
    const seconds = { toString: () => String(now / 1000), valueOf: () => now / 1000 };
    expect(queueState({ pollers: [{ lastAccessTime: { seconds } }] }, now).served).toBe(true);
  });
});
