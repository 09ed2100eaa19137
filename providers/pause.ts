/** Waiting between looks. */

import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits, unless the caller loses interest.
 * @throws the reason of `signal`, which says more than an AbortError
 */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
  signal.throwIfAborted();
}
