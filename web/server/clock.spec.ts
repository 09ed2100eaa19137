import { afterEach, describe, expect, it, vi } from 'vitest';
import { learnTime, serverNow } from './clock.ts';

const now = Date.parse('2026-11-23T12:00:00.000Z');

describe('web/server/clock.ts', () => {
  afterEach(() => vi.useRealTimers());

  it.each([
    ['a phone that is slow', 'Mon, 23 Nov 2026 12:03:00 GMT', 180_000],
    ['a phone that is fast', 'Mon, 23 Nov 2026 11:58:00 GMT', -120_000],
    ['a header that is only late', 'Mon, 23 Nov 2026 11:59:59 GMT', 0],
  ])('%s', (_, header, difference) => {
    vi.useFakeTimers({ now });
    learnTime(header);

    expect(serverNow() - now).toBe(difference);
  });

  it.each([null, 'no time'])('keeps what it knows when the header is %s', (header) => {
    vi.useFakeTimers({ now });
    learnTime('Mon, 23 Nov 2026 12:03:00 GMT');
    learnTime(header);

    expect(serverNow() - now).toBe(180_000);
  });
});
