import { describe, expect, it } from 'vitest';
import type { RecordedEntry } from '../../journal/contract.ts';
import { bufferLimit, createSubscription } from './subscription.ts';

function entries(...positions: number[]): RecordedEntry[] {
  return positions.map((position) => ({ position })) as RecordedEntry[];
}

const all = () => true;
const patient = 60_000;
const lasting = new AbortController().signal;

describe('api/events/subscription.ts', () => {
  it('hands out what came, once, in order', async () => {
    const subscription = createSubscription(all, () => {});
    subscription.offer(entries(1, 2));
    subscription.offer(entries(3));

    expect(await subscription.next(patient, lasting)).toEqual({
      kind: 'entries',
      entries: entries(1, 2, 3),
    });
    expect(await subscription.next(0, lasting)).toEqual({ kind: 'nothing' });
  });

  it('hands out what comes while somebody waits', async () => {
    const subscription = createSubscription(
      ({ position }) => position > 1,
      () => {},
    );
    const waiting = subscription.next(patient, lasting);
    subscription.offer(entries(1));
    subscription.offer(entries(2));

    expect(await waiting).toEqual({ kind: 'entries', entries: entries(2) });
  });

  it('gives up on one that does not read', async () => {
    const subscription = createSubscription(all, () => {});
    subscription.offer(entries(...Array.from({ length: bufferLimit }, (_, index) => index)));
    subscription.offer(entries(bufferLimit));
    subscription.offer(entries(bufferLimit + 1));

    expect(await subscription.next(patient, lasting)).toEqual({ kind: 'tooSlow' });
    expect(await subscription.next(patient, lasting)).toEqual({ kind: 'tooSlow' });
  });

  it.each([
    ['it ends', (end: () => void) => end(), { kind: 'ended' }],
    ['the reader leaves', (_: () => void, leave: () => void) => leave(), { kind: 'nothing' }],
  ])('wakes who waits when %s', async (_, act, expected) => {
    const subscription = createSubscription(all, () => {});
    const reader = new AbortController();
    const waiting = subscription.next(patient, reader.signal);
    act(
      () => subscription.end(),
      () => reader.abort(),
    );

    expect(await waiting).toEqual(expected);
  });
});
