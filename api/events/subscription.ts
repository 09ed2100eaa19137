/** What one follower of the journal has not read yet: bounded, so that a slow one costs little. */

import type { RecordedEntry } from '../../journal/contract.ts';

/** Entries kept for a follower; one that falls behind further has to come back by itself. */
export const bufferLimit = 1_000;

export type Delivery =
  | { kind: 'entries'; entries: RecordedEntry[] }
  | { kind: 'nothing' }
  | { kind: 'tooSlow' }
  | { kind: 'ended' };

export interface Subscription {
  offer(entries: readonly RecordedEntry[]): void;
  /** What came since the last call, or what comes within `patience` milliseconds. */
  next(patience: number, signal: AbortSignal): Promise<Delivery>;
  /** No more will come. */
  end(): void;
  close(): void;
}

const nothing = () => {};

export function createSubscription(
  wanted: (entry: RecordedEntry) => boolean,
  onClose: () => void,
): Subscription {
  let buffer: RecordedEntry[] = [];
  let state: 'open' | 'tooSlow' | 'ended' = 'open';
  let wake = nothing;

  function take(): Delivery {
    if (state !== 'open') return { kind: state };
    if (buffer.length === 0) return { kind: 'nothing' };
    const entries = buffer;
    buffer = [];
    return { kind: 'entries', entries };
  }

  async function something(patience: number, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patience);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      signal.addEventListener('abort', wake, { once: true });
    });
    signal.removeEventListener('abort', wake);
    wake = nothing;
  }

  function finish(reason: 'tooSlow' | 'ended'): void {
    if (state === 'open') state = reason;
    buffer = [];
    wake();
  }

  return {
    offer(entries) {
      if (state !== 'open') return;
      buffer.push(...entries.filter(wanted));
      if (buffer.length > bufferLimit) finish('tooSlow');
      else if (buffer.length > 0) wake();
    },
    async next(patience, signal) {
      if (buffer.length === 0 && state === 'open' && !signal.aborted) {
        await something(patience, signal);
      }
      return take();
    },
    end: () => finish('ended'),
    close() {
      finish('ended');
      onClose();
    },
  };
}
