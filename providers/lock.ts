/** A lock between processes that share a directory; it outlives the SIGKILL of its holder. */

import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { CrescendoError } from '../domain/errors.ts';

/** A killed holder blocks others for this long; a living one renews the lock every second. */
const staleMs = 5_000;
const patienceMs = 60_000;

/**
 * Runs `work` while holding the lock `<path>.lock` (the folder of `path` must exist). The signal
 * that `work` gets is aborted when the caller aborts, and when the lock is lost because this
 * process was stopped for too long.
 * @throws CrescendoError provider_unavailable when the lock is not free within a minute
 */
export async function withLock<T>(
  path: string,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lost = new AbortController();
  const release = await acquire(path, signal, (error) => {
    const message = `the lock ${path}.lock was lost to another process`;
    lost.abort(new CrescendoError('provider_unavailable', message, [], error));
  });
  try {
    return await work(AbortSignal.any([signal, lost.signal]));
  } finally {
    if (!lost.signal.aborted) await release();
  }
}

async function acquire(
  path: string,
  signal: AbortSignal,
  onCompromised: (error: Error) => void,
): Promise<() => Promise<void>> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await lock(path, { realpath: false, stale: staleMs, update: 1_000, onCompromised });
    } catch (error) {
      if (!isLocked(error)) throw error;
      if (Date.now() > deadline) throw stillLocked(path);
    }
    // Chance keeps workers that started together from asking together for ever.
    await sleep(randomInt(10, 60), undefined, { signal });
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ELOCKED';
}

function stillLocked(path: string): CrescendoError {
  const message = `${path}.lock has been held by another process for ${patienceMs / 1000} s`;
  return new CrescendoError('provider_unavailable', message);
}
