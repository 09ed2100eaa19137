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
  const { plan, candidate } = rollout;
  const { place, stable } = plan;
  // The stable version runs already; asking for it heals one that has died in the meantime.
  if (stable) await bringUp(rollout, stable);
  rollout.record({ type: 'version.deploying', version: candidate.name });
  const deployed = await bringUp(rollout, candidate);
  rollout.record({ type: 'version.deployed', version: candidate.name, url: deployed.endpoint.url });
  if (stable && place.router) await shift(rollout, 0, null);
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

/** These tests in order; the first failure stops the rollout or holds it, as the policy says. */
export async function testCandidate(
  rollout: Rollout,
  candidate: Deployment,
  tests: readonly TestSpec[],
): Promise<void> {
  for (const test of tests) {
    while (!(await passes(rollout, candidate, test))) {
      if ((await holdAfterFailure(rollout, test)) === 'retry') continue;
      rollout.record({ type: 'test.finished', result: skippedResult(test) });
      break;
    }
  }
}

async function passes(rollout: Rollout, candidate: Deployment, test: TestSpec): Promise<boolean> {
  rollout.requests.skip = false;
  rollout.record({ type: 'test.started', name: test.name });
  const result = (await runUntilSkipped(rollout, candidate, test)) ?? skippedResult(test);
  rollout.record({ type: 'test.finished', result });
  return result.passed;
}

/** The result, or null when a person skips the test, which is stopped if it still runs. */
async function runUntilSkipped(
  rollout: Rollout,
  candidate: Deployment,
  test: TestSpec,
): Promise<TestResult | null> {
  const { place, version, taskQueue } = rollout.plan;
  const { runTest } = watching(taskQueue, `test: ${test.name}`, testPatience);
  const scope = new CancellationScope();
  const running = scope.run(() => runTest({ place, version, candidate, test }));
  const skipped = condition(() => rollout.requests.skip).then(() => null);
  const result = await Promise.race([running, skipped]);
  if (result === null) scope.cancel();
  // A word that came in the moment in which the test failed was meant for this failure.
  return rollout.requests.skip && !result?.passed ? null : result;
}

function skippedResult({ name }: TestSpec): TestResult {
  const counts = { total: 0, failed: 0, failures: [], logTail: '' };
  return { name, passed: true, detail: 'skipped by a person', ...counts };
}

async function holdAfterFailure(rollout: Rollout, test: TestSpec): Promise<'retry' | 'skip'> {
  const result = rollout.progress.tests.find(({ name }) => name === test.name);
  const sentence = `test "${test.name}" failed: ${result?.detail ?? 'no detail'}`;
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
