/** What every test runner does: run one check against the deployed candidate. */

import type { Deployment, Version } from '../../domain/release.ts';
import type { CallContext } from '../call.ts';
import type { Site } from '../targets/contract.ts';

export interface TestSubject {
  site: Site;
  version: Version;
  /** The candidate itself, not what the router sends traffic to. */
  candidate: Deployment;
}

export interface TestReport {
  passed: boolean;
  /** Number of single checks; a plain command without a report counts as one. */
  total: number;
  failed: number;
  /** Names of what failed, at most 20. */
  failures: string[];
  /** One sentence for people. */
  detail: string;
  /** The end of the output, at most 4,000 characters; empty when there is none. */
  logTail: string;
}

export interface TestRunner {
  /**
   * Runs the check to its end and reports. A check that fails is a report, not an error.
   * `settings` strings may hold placeholders, filled in by the caller beforehand.
   * @throws CrescendoError settings_invalid | provider_unavailable when it could not be run
   */
  run(subject: TestSubject, context: CallContext): Promise<TestReport>;
}
