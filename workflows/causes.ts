/** Why something failed, in the words of whoever noticed it first. */

import { ActivityFailure, TimeoutFailure } from '@temporalio/workflow';

/** The innermost message: Temporal wraps what really happened. */
export function sentenceOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error) return sentenceOf(cause);
  return error instanceof Error ? error.message : String(error);
}

/** True when an activity was given up because its time was over, whatever its last try said. */
export function ranOutOfTime(error: unknown): boolean {
  if (!(error instanceof ActivityFailure)) return false;
  return error.cause instanceof TimeoutFailure || error.retryState === 'TIMEOUT';
}
