/** Stage the candidate: bring it up at 0 % beside the stable version, and test it there. */

import { ApplicationFailure, condition } from '@temporalio/workflow';
import type { TestResult } from '../../domain/events.ts';
import type { Deployment } from '../../domain/release.ts';
import type { TestSpec } from '../../domain/spec.ts';
import { deploying, watching } from '../proxies.ts';
import { waitFrom, waitUntil, type Rollout } from '../rollout-state.ts';
import { shift } from './canary.ts';

/** Up, known to the router, without traffic. */
export async function stageCandidate(rollout: Rollout): Promise<Deployment> {
  const { plan, candidate } = rollout;
  const summary = `bring up ${candidate.name} in ${plan.environment}`;
  const { deployVersion } = deploying(plan.taskQueue, summary);
  const { place, stable } = plan;
  // The stable version runs already; asking for it heals one that has died in the meantime.
  if (stable) await deployVersion({ place, version: stable });
  rollout.record({ type: 'version.deploying', version: candidate.name });
  const deployed = await deployVersion({ place, version: candidate });
  rollout.record({ type: 'version.deployed', version: candidate.name, url: deployed.endpoint.url });
  if (stable && place.router) await shift(rollout, 0, null);
  return deployed;
}

/** Every test in order; the first failure stops the rollout or holds it, as the policy says. */
export async function testCandidate(rollout: Rollout, candidate: Deployment): Promise<void> {
  for (const test of rollout.plan.tests) {
    while (!(await passes(rollout, candidate, test))) await holdAfterFailure(rollout, test);
  }
}

async function passes(rollout: Rollout, candidate: Deployment, test: TestSpec): Promise<boolean> {
  rollout.requests.skip = false;
  rollout.record({ type: 'test.started', name: test.name });
  const { place, version } = rollout.plan;
  const { runTest } = watching(rollout.plan.taskQueue, `test: ${test.name}`);
  const running = runTest({ place, version, candidate, test });
  const result = await Promise.race([running, skipped(rollout, test)]);
  rollout.record({ type: 'test.finished', result });
  return result.passed;
}

async function skipped(rollout: Rollout, test: TestSpec): Promise<TestResult> {
  await condition(() => rollout.requests.skip);
  const counts = { total: 0, failed: 0, failures: [], logTail: '' };
  return { name: test.name, passed: true, detail: 'skipped by a person', ...counts };
}

async function holdAfterFailure(rollout: Rollout, test: TestSpec): Promise<void> {
  const result = rollout.progress.tests.find(({ name }) => name === test.name);
  const sentence = `test "${test.name}" failed: ${result?.detail ?? 'no detail'}`;
  if (rollout.plan.onTestFailure === 'reject') {
    throw ApplicationFailure.nonRetryable(sentence, 'version_not_ready');
  }
  const { requests, input } = rollout;
  requests.retry = false;
  requests.skip = false;
  const wait = waitFrom(
    'failure',
    `retry, skip or abort (${sentence})`,
    input.policy.holdFor,
    'the release is rejected',
  );
  rollout.record({ type: 'rollout.holding', wait });
  const decided = () => requests.retry || requests.skip;
  if (!(await waitUntil(decided, input.policy.holdFor, `hold: ${sentence}`))) {
    throw ApplicationFailure.nonRetryable(sentence, 'version_not_ready');
  }
  rollout.record({ type: 'rollout.resumed' });
}
