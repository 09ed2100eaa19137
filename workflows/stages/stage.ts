/** Stage the candidate: bring it up at 0 % beside the stable version, and test it there. */

import { ApplicationFailure, CancellationScope, condition } from '@temporalio/workflow';
import type { TestResult } from '../../domain/events.ts';
import type { Deployment, Version } from '../../domain/release.ts';
import type { TestSpec } from '../../domain/test-spec.ts';
import { deploying, deployPatience, watching } from '../proxies.ts';
import { waitFrom, waitUntil, type Rollout } from '../rollout-state.ts';
import { shift } from './canary.ts';
import { insist } from './insist.ts';

/** No test takes longer, tries and waiting for a worker included; in milliseconds. */
const testPatience = 24 * 3_600_000;

/** Up, known to the router, without traffic. */
export async function stageCandidate(rollout: Rollout): Promise<Deployment> {
  const { place, stable } = rollout.plan;
  // The stable version runs already; asking for it heals one that has died in the meantime.
  if (stable) await bringUp(rollout, stable);
  const deployed = await bringUpCandidate(rollout);
  if (stable && place.router) await shift(rollout, 0, null);
  return deployed;
}

/** The candidate is up, and that is on record. */
export async function bringUpCandidate(rollout: Rollout): Promise<Deployment> {
  const { candidate } = rollout;
  rollout.record({ type: 'version.deploying', version: candidate.name });
  const deployed = await bringUp(rollout, candidate);
  rollout.record({ type: 'version.deployed', version: candidate.name, url: deployed.endpoint.url });
  return deployed;
}

/** Up and ready; where it is that already, nothing happens. */
export function bringUp(rollout: Rollout, version: Version): Promise<Deployment> {
  const { place, environment, taskQueue } = rollout.plan;
  const summary = `bring up ${version.name} in ${environment}`;
  return insist(rollout, {
    stage: 'deploy',
    what: `${version.name} to be up in ${environment}`,
    patience: deployPatience,
    then: 'it is given up',
    attempt: (round) => deploying(round, taskQueue, summary).deployVersion({ place, version }),
  });
}

/** What tests are run against, and how they are spoken of. */
export interface Subject {
  version: Version;
  deployment: Deployment;
  /** Name of a test on the record. */
  called(test: string): string;
  /** Sentence: what a failure means. `why`: sentence part, `test smoke failed: …`. */
  failure(why: string): string;
}

/** The candidate's tests. @throws ApplicationFailure as `runTests` does */
export function testCandidate(
  rollout: Rollout,
  candidate: Deployment,
  tests: readonly TestSpec[],
): Promise<void> {
  const { version } = rollout.plan;
  const own = { called: (test: string) => test, failure: (why: string) => why };
  return runTests(rollout, tests, { version, deployment: candidate, ...own });
}

/**
 * These tests in order; the first failure stops the rollout or holds it, as the policy says.
 * @throws ApplicationFailure when it is stopped, or when nobody decides in time
 */
export async function runTests(
  rollout: Rollout,
  tests: readonly TestSpec[],
  subject: Subject,
): Promise<void> {
  for (const test of tests) {
    const name = subject.called(test.name);
    while (!(await passes(rollout, subject, test, name))) {
      if ((await holdAfterFailure(rollout, failureOf(rollout, subject, test, name))) === 'retry')
        continue;
      rollout.record({ type: 'test.finished', result: skippedResult(name) });
      break;
    }
  }
}

async function passes(
  rollout: Rollout,
  subject: Subject,
  test: TestSpec,
  name: string,
): Promise<boolean> {
  rollout.requests.skip = false;
  rollout.record({ type: 'test.started', name });
  const result = (await runUntilSkipped(rollout, subject, test)) ?? skippedResult(name);
  rollout.record({ type: 'test.finished', result: { ...result, name } });
  return result.passed;
}

/** The result, or null when a person skips the test, which is stopped if it still runs. */
async function runUntilSkipped(
  rollout: Rollout,
  { version, deployment: candidate }: Subject,
  test: TestSpec,
): Promise<TestResult | null> {
  const { place, taskQueue } = rollout.plan;
  const { runTest } = watching(taskQueue, `test: ${test.name}`, testPatience);
  const scope = new CancellationScope();
  const running = scope.run(() => runTest({ place, version, candidate, test }));
  const skipped = condition(() => rollout.requests.skip).then(() => null);
  const result = await Promise.race([running, skipped]);
  if (result === null) scope.cancel();
  // A word that came in the moment in which the test failed was meant for this failure.
  return rollout.requests.skip && !result?.passed ? null : result;
}

function skippedResult(name: string): TestResult {
  const counts = { total: 0, failed: 0, failures: [], logTail: '' };
  return { name, passed: true, detail: 'skipped by a person', ...counts };
}

function failureOf(
  { progress }: Rollout,
  { failure }: Subject,
  test: TestSpec,
  called: string,
): string {
  const result = progress.tests.find(({ name }) => name === called);
  return failure(`test "${test.name}" failed: ${result?.detail ?? 'no detail'}`);
}

/**
 * Waits for `retry` or `skip`, where the policy holds.
 * @throws ApplicationFailure with the sentence where it rejects, or when nobody decides in time
 */
export async function holdAfterFailure(
  rollout: Rollout,
  sentence: string,
): Promise<'retry' | 'skip'> {
  if (rollout.plan.onTestFailure === 'reject') throw failed(sentence);
  const { requests, input } = rollout;
  const { holdFor } = input.policy;
  requests.retry = false;
  requests.skip = false;
  const what = `retry, skip or abort (${sentence})`;
  const wait = waitFrom('failure', what, holdFor, 'the release is rejected');
  rollout.record({ type: 'rollout.holding', wait });
  const decided = () => requests.retry || requests.skip;
  if (!(await waitUntil(decided, holdFor, `hold: ${sentence}`))) throw failed(sentence);
  rollout.record({ type: 'rollout.resumed' });
  return requests.skip ? 'skip' : 'retry';
}

function failed(sentence: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(sentence, 'version_not_ready');
}
