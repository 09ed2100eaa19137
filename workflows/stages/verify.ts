/** Verify: CI is green for exactly this commit and artefact, by polling, hastened by pushes. */

import { CancellationScope, condition } from '@temporalio/workflow';
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
  const scope = new CancellationScope();
  try {
    await scope.run(() =>
      Promise.all(checks.map((check, index) => verifyOne(release, check, nameOf(checks, index)))),
    );
  } finally {
    // Once one has failed nobody waits for the others.
    scope.cancel();
  }
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
  const scope = new CancellationScope();
  const summary = { summary: 'until CI has decided' };
  const late = scope
    .run(() => condition(() => requests.skip, input.spec.verifyTimeout, summary))
    .then(() => (requests.skip ? skipped : null));
  const answer = scope.run(() => polled(release, check));
  // Whoever loses the race ends as cancelled.
  late.catch(() => {});
  answer.catch(() => {});
  try {
    return await Promise.race([answer, late]);
  } finally {
    scope.cancel();
  }
}

/** Polls in an activity until CI has decided; a push from CI is worth a fresh look at once. */
async function polled(release: Release, check: ProviderReference): Promise<CheckResult> {
  const { requests, input } = release;
  const { version } = input;
  for (;;) {
    const news = requests.ciNews;
    const scope = new CancellationScope();
    const { verifyVersion } = watching(defaultTaskQueue, `CI: ${check.vendor}`);
    const looking = scope.run(() => verifyVersion({ check, version }));
    const told = scope.run(() => condition(() => requests.ciNews !== news)).then(() => null);
    looking.catch(() => {});
    told.catch(() => {});
    try {
      const result = await Promise.race([looking, told]);
      if (result) return result;
    } finally {
      scope.cancel();
    }
  }
}
