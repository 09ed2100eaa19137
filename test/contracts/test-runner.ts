/** What every test runner must do, whatever its vendor; run from each vendor's spec. */

import { describe, expect, it } from 'vitest';
import type { TestReport, TestRunner, TestSubject } from '../../providers/tests/contract.ts';
import { aContext } from '../support/call-context.ts';

export interface TestRunnerCase {
  vendor: string;
  /** Where the candidate answers. */
  url: () => string;
  passing: () => TestRunner;
  /** A check whose failure has at least one name. */
  failing: () => TestRunner;
  /** Fails in more ways than a report may name, with more output than it may hold. */
  failingALot: () => TestRunner;
  /** Does not end by itself for minutes. */
  endless: () => TestRunner;
  /** The same with a time limit of at most a second. */
  limited: () => TestRunner;
  /** Cannot be run at all, because its settings are wrong. */
  impossible: () => TestRunner;
}

function expectWellFormed(report: TestReport): void {
  expect(report.total).toBeGreaterThan(0);
  expect(report.failed).toBeLessThanOrEqual(report.total);
  expect(report.failures.length).toBeLessThanOrEqual(Math.min(report.failed, 20));
  expect(report.detail).toMatch(/^\S.+$/);
  expect(report.logTail.length).toBeLessThanOrEqual(4_000);
}

/** Declares the conformance tests of one vendor. */
export function describeTestRunner(vendorCase: TestRunnerCase): void {
  const subject = (): TestSubject => ({
    site: { application: 'shop', environment: 'eu' },
    version: { name: '1.4.2', artifact: 'shop:1.4.2' },
    candidate: { version: '1.4.2', endpoint: { url: vendorCase.url() } },
  });
  const run = (runner: TestRunner, signal?: AbortSignal) => runner.run(subject(), aContext(signal));

  describe(`test/contracts/test-runner: ${vendorCase.vendor}`, () => {
    it('reports a check that passes', async () => {
      const report = await run(vendorCase.passing());
      expectWellFormed(report);
      expect(report).toMatchObject({ passed: true, failed: 0, failures: [] });
    });

    it('gives the same report when it is run again', async () => {
      const runner = vendorCase.passing();
      expect(await run(runner)).toEqual(await run(runner));
    });

    it('reports a check that fails, by name', async () => {
      const report = await run(vendorCase.failing());
      expectWellFormed(report);
      expect(report.passed).toBe(false);
      expect(report.failures.length).toBeGreaterThan(0);
    });

    it('keeps a report small, whatever went wrong', async () => {
      const report = await run(vendorCase.failingALot());
      expectWellFormed(report);
      expect(report.passed).toBe(false);
      expect(report.failed).toBeGreaterThan(20);
      expect(report.failures).toHaveLength(20);
      expect(report.logTail).toHaveLength(4_000);
    });

    it('reports a check that does not end in time', async () => {
      const report = await run(vendorCase.limited());
      expectWellFormed(report);
      expect(report.passed).toBe(false);
    });

    it('says that it could not run', async () => {
      const refused = run(vendorCase.impossible());
      await expect(refused).rejects.toMatchObject({ code: 'settings_invalid' });
    });

    it('stops when it is cancelled before', async () => {
      const refused = run(vendorCase.passing(), AbortSignal.abort(new Error('not wanted')));
      await expect(refused).rejects.toThrow('not wanted');
    });

    it('stops when it is cancelled midway', async () => {
      const controller = new AbortController();
      const refused = run(vendorCase.endless(), controller.signal);
      setTimeout(() => controller.abort(new Error('not wanted any more')), 200);
      await expect(refused).rejects.toThrow('not wanted any more');
    });
  });
}
