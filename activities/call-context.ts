/** The context of an activity as providers know it: cancellation and progress, with a heartbeat. */

import { Context } from '@temporalio/activity';
import type { CallContext } from '../providers/call.ts';

/** Milliseconds between heartbeats while a provider works: well below the timeout of ten seconds. */
const beat = 1500;

/**
 * Runs `work` and heartbeats all the while, so that a lost worker is noticed in seconds, and a
 * cancellation is heard, however long the provider is silent.
 */
export async function withCallContext<T>(work: (context: CallContext) => Promise<T>): Promise<T> {
  const context = Context.current();
  let sentence = 'started';
  const timer = setInterval(() => context.heartbeat(sentence), beat);
  try {
    return await work({
      signal: context.cancellationSignal,
      progress: (now) => {
        sentence = now;
      },
    });
  } catch (error) {
    // A cancelled provider throws whatever its library throws: what counts is that it was cancelled.
    if (context.cancellationSignal.aborted) await context.cancelled;
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** Resolves after `ms`; rejects at once when the activity is cancelled. */
export function pause(ms: number): Promise<void> {
  return Context.current().sleep(ms);
}
