/** Why something failed, in the words of whoever noticed it first. */

import type { TimeoutType } from '@temporalio/common';
import { ActivityFailure, TimeoutFailure } from '@temporalio/workflow';

/** What Temporal's own timeouts mean to people. */
const timeouts: Record<NonNullable<TimeoutType>, string> = {
  HEARTBEAT: 'the worker that did it was lost',
  START_TO_CLOSE: 'it took too long',
  SCHEDULE_TO_START: 'no worker took it up',
  SCHEDULE_TO_CLOSE: 'no worker has done it in time',
};

/** The innermost message: Temporal wraps what really happened. */
export function sentenceOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error) return sentenceOf(cause);
  if (error instanceof TimeoutFailure) return timeouts[error.timeoutType ?? 'SCHEDULE_TO_CLOSE'];
  return error instanceof Error ? error.message : String(error);
}

/** True when an activity was given up because its time was over, whatever its last try said. */
export function ranOutOfTime(error: unknown): boolean {
  if (!(error instanceof ActivityFailure)) return false;
  return error.cause instanceof TimeoutFailure || error.retryState === 'TIMEOUT';
}

/** True when an activity has used up its tries: another one may help. */
export function ranOutOfTries(error: unknown): boolean {
  return error instanceof ActivityFailure && error.retryState === 'MAXIMUM_ATTEMPTS_REACHED';
}
