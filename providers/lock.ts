/** A lock between processes that share a directory; it outlives the SIGKILL of its holder. */

import { randomInt } from 'node:crypto';
import { lock } from 'proper-lockfile';
import { CrescendoError } from '../domain/errors.ts';
import { pause } from './pause.ts';

/** A killed holder blocks others for this long; a living one renews the lock every second. */
const staleMs = 5_000;

/**
 * Runs `work` while holding the lock `<path>.lock` (the folder of `path` must exist); waits for it
 * until `signal`, telling `progress`. The signal that `work` gets is also aborted when the lock is
 * lost because this process was stopped for too long (`provider_unavailable`).
 */
export async function withLock<T>(
  path: string,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
  progress: (sentence: string) => void = () => {},
): Promise<T> {
  const lost = new AbortController();
  const release = await acquire(path, signal, progress, (error) => {
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
  progress: (sentence: string) => void,
  onCompromised: (error: Error) => void,
): Promise<() => Promise<void>> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await lock(path, { realpath: false, stale: staleMs, update: 1_000, onCompromised });
    } catch (error) {
      if (!isLocked(error)) throw error;
    }
    progress(`waiting for another process to release ${path}.lock`);
    // Chance keeps workers that started together from asking together for ever.
    await pause(randomInt(10, 60), signal);
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ELOCKED';
}
