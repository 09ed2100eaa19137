/** Our errors as Temporal's: the code becomes the type, and a retry happens only where it helps. */

import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { CrescendoError } from '../domain/errors.ts';

/** What an activity throws for any error; cancellations pass through as they are. */
export function toFailure(error: unknown): unknown {
  if (error instanceof CancelledFailure || error instanceof ApplicationFailure) return error;
  if (!(error instanceof CrescendoError)) return error;
  return ApplicationFailure.create({
    message: error.message,
    type: error.code,
    nonRetryable: !error.retryable,
    details: [error.fields],
    cause: error.cause instanceof Error ? error.cause : undefined,
  });
}

/** Wraps every activity of a record, so that none can forget it. */
export function withFailures<T extends Record<string, (...args: never[]) => Promise<unknown>>>(
  activities: T,
): T {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    async (...args: never[]) => {
      try {
        return await activity(...args);
      } catch (error) {
        throw toFailure(error);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as T;
}
