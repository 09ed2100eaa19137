/** Holds of the release as a whole: after a failure, and while somebody has paused it. */

import { ApplicationFailure } from '@temporalio/workflow';
import type { Release } from '../release-state.ts';
import { waitFrom, waitUntil } from '../rollout-state.ts';

/** Ends the way forward: nothing was wrong with us, the release does not qualify. */
export function rejectRelease(sentence: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(sentence, 'rejected');
}

/** Waits for `retry` or `skip`; without either in time the release is rejected. */
export async function holdAfterFailure(release: Release, why: string): Promise<'retry' | 'skip'> {
  const { requests, input } = release;
  const { holdFor } = input.spec.policy;
  requests.retry = false;
  requests.skip = false;
  const wait = waitFrom('failure', `retry, skip or abort (${why})`, holdFor, 'it is rejected');
  release.record({ type: 'release.holding', wait });
  const inTime = await waitUntil(() => requests.retry || requests.skip, holdFor, `hold: ${why}`);
  if (!inTime) throw rejectRelease(`${why}, and nobody decided in ${holdFor} ms`);
  release.record({ type: 'release.resumed' });
  return requests.skip ? 'skip' : 'retry';
}

/** Between stages: a paused release goes on only when it is resumed. */
export async function untilResumed(release: Release, before: string): Promise<void> {
  if (!release.progress.paused) return;
  const { holdFor } = release.input.spec.policy;
  const wait = waitFrom('pause', `resume (paused before ${before})`, holdFor, 'it is aborted');
  release.record({ type: 'release.holding', wait });
  const resumed = await waitUntil(
    () => !release.progress.paused,
    holdFor,
    `paused before ${before}`,
  );
  if (!resumed) throw rejectRelease(`paused before ${before}, and nobody resumed it in time`);
  release.record({ type: 'release.resumed' });
}
