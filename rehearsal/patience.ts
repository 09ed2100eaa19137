/** Patience of a rehearsal: it ends with its release, after a year, or when nothing happens any more. */

import type { ReleaseHead } from '../workflows/messages.ts';
import type { Clock } from './clock.ts';

/** Milliseconds in the time of the rehearsal after which a release counts as one without an end. */
const longest = 400 * 86_400_000;

/** Real milliseconds without any sign of life, and between two looks. */
const silence = 60_000;
const interval = 500;

export interface Ended {
  progress: ReleaseHead | null;
  /** Why there is no progress. */
  sentence: string;
}

/** `signs` counts what has been asked of the world: while it rises, something happens. */
export async function patiently(
  clock: Clock,
  signs: () => number,
  result: Promise<ReleaseHead>,
): Promise<Ended> {
  const watch = new AbortController();
  const ended = result.then((progress) => ({ progress, sentence: '' }));
  const givenUp = untilGivenUp(clock, signs, watch.signal);
  try {
    return await Promise.race([ended, givenUp.then((sentence) => ({ progress: null, sentence }))]);
  } finally {
    watch.abort();
    ended.catch(() => {});
  }
}

async function untilGivenUp(clock: Clock, signs: () => number, over: AbortSignal): Promise<string> {
  const start = await clock.now();
  let seen = signs();
  let since = Date.now();
  while (!over.aborted) {
    await new Promise((resolve) => setTimeout(resolve, interval));
    if (over.aborted) break;
    if (signs() !== seen) since = Date.now();
    seen = signs();
    if ((await clock.now()) - start > longest) return 'still under way after 400 days';
    if (Date.now() - since > silence) return 'nothing happens any more';
  }
  return 'over';
}
