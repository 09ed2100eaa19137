/** Verify: CI is green for exactly this commit and artefact, by polling, hastened by pushes. */

import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { CheckResult } from '../../activities/contract.ts';
import { defaultTaskQueue } from '../../domain/ids.ts';
import type { ProviderReference } from '../../domain/release.ts';
import { watching } from '../proxies.ts';
import type { Release } from '../release-state.ts';
import { waitFrom } from '../rollout-state.ts';
import { holdAfterFailure, rejectRelease } from './hold.ts';

/** All checks at once; every one has to pass. @throws ApplicationFailure when one failed */
export async function verify(release: Release): Promise<void> {
  const { verify: checks } = release.input.spec;
  if (checks.length === 0) return;
  release.record({ type: 'stage.entered', stage: 'verify' });
  await Promise.all(checks.map((check, index) => verifyOne(release, check, nameOf(checks, index))));
}

/** `github-checks`, or `command 2` when a vendor is used more than once. */
function nameOf(checks: readonly ProviderReference[], index: number): string {
  const vendor = checks[index]?.vendor ?? '';
  const same = checks.slice(0, index).filter((check) => check.vendor === vendor).length;
  return same === 0 ? vendor : `${vendor} ${same + 1}`;
}

async function verifyOne(release: Release, check: ProviderReference, name: string): Promise<void> {
  const { spec } = release.input;
  for (;;) {
    const wait = waitFrom('checks', `CI (${name})`, spec.verifyTimeout, 'a person is asked');
    release.record({ type: 'check.started', check: name, wait });
    const result = await decided(release, check);
    if (result !== null) {
      release.record({ type: 'check.finished', check: name, ...result });
      if (result.state === 'failed') throw rejectRelease(`CI is not green: ${result.detail}`);
      return;
    }
    const choice = await holdAfterFailure(release, `CI (${name}) has not decided in time`);
    if (choice === 'skip') {
      release.record({ type: 'check.finished', check: name, ...skipped });
      return;
    }
  }
}

const skipped = { state: 'skipped', detail: 'skipped by a person', url: null } as const;

type Decision = CheckResult | typeof skipped;

/** The result, `skipped` when a person says so, or null when the time is over. */
async function decided(release: Release, check: ProviderReference): Promise<Decision | null> {
  const { requests, input } = release;
  requests.skip = false;
  let timedOut = false;
  const deadline = condition(() => requests.skip, input.spec.verifyTimeout, {
    summary: 'until CI has decided',
  }).then((skip) => {
    timedOut = !skip;
  });
  // Left behind when CI has decided: its cancellation is nobody's concern, and must not be unheard.
  deadline.catch(() => {});
  for (;;) {
    const news = requests.ciNews;
    const stop = () => timedOut || requests.skip || requests.ciNews !== news;
    const result = await look(release, check, stop);
    if (result) return result;
    if (requests.skip) return skipped;
    if (timedOut) {
      await deadline;
      return null;
    }
  }
}

/** Polls in an activity until CI decided, or until `stop`: then a fresh look is worth more. */
async function look(
  release: Release,
  check: ProviderReference,
  stop: () => boolean,
): Promise<CheckResult | null> {
  const scope = new CancellationScope();
  const { version } = release.input;
  const polling = scope.run(() =>
    watching(defaultTaskQueue, `CI: ${check.vendor}`).verifyVersion({ check, version }),
  );
  const result = await Promise.race([polling, condition(stop).then(() => null)]);
  if (result !== null) return result;
  polling.catch((error: unknown) => {
    if (!isCancellation(error)) throw error;
  });
  scope.cancel();
  return null;
}
