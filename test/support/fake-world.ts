/** Typed fake activities over a small world in memory; the real ones are tried in test/e2e. */

import { ApplicationFailure, Context } from '@temporalio/activity';
import type { Activities, BakeInput, ShiftInput } from '../../activities/contract.ts';
import type { Verdict } from '../../domain/analysis/verdict.ts';
import type { JournalEntry } from '../../domain/events.ts';
import type { TrafficShare } from '../../domain/release.ts';

export type FakeVerdict = 'pass' | 'fail' | 'inconclusive' | 'noData' | 'providerError' | 'never';

export interface FakeWorld {
  activities: Activities;
  /** Versions that run, by environment. */
  running: Record<string, Set<string>>;
  /** What the router of each environment does now. */
  shares: Record<string, TrafficShare[]>;
  /** Every share that was ever set, in order. */
  shifts: { environment: string; shares: TrafficShare[]; fence: number }[];
  bakes: BakeInput[];
  entries: JournalEntry[];
  notices: { event: string; title: string }[];
  /** Verdict of a bake; `never` watches until it is cancelled. Default: pass. Guards: never. */
  verdictFor: (input: BakeInput) => FakeVerdict;
  /** Milliseconds of workflow time a bake takes. */
  testPasses: (name: string, version: string) => boolean;
  checkState: () => 'passed' | 'failed' | 'never';
  /** Throw to make an activity fail. */
  beforeDeploy: (version: string) => void;
  beforeShift: (input: ShiftInput) => void;
  isReady: (version: string) => boolean;
  /** Shares of one version over time in one environment. */
  weightsOf(environment: string, version: string): number[];
}

export function createFakeWorld(): FakeWorld {
  const world: FakeWorld = {
    activities: {} as Activities,
    running: {},
    shares: {},
    shifts: [],
    bakes: [],
    entries: [],
    notices: [],
    verdictFor: () => 'pass',
    testPasses: () => true,
    checkState: () => 'passed',
    beforeDeploy: () => {},
    beforeShift: () => {},
    isReady: () => true,
    weightsOf: (environment, version) =>
      world.shifts
        .filter((shift) => shift.environment === environment)
        .map(({ shares }) => shares.find((share) => share.version === version)?.weight ?? 0),
  };
  world.activities = fakeActivities(world);
  return world;
}

function fakeActivities(world: FakeWorld): Activities {
  const runningIn = (environment: string) => (world.running[environment] ??= new Set());
  return {
    async record(entries) {
      world.entries.push(...entries);
    },
    async notify({ event, title }) {
      world.notices.push({ event, title });
    },
    isReleaseOpen: async () => true,
    async deployVersion({ place, version }) {
      world.beforeDeploy(version.name);
      runningIn(place.environment).add(version.name);
      return {
        version: version.name,
        endpoint: { url: `http://${version.name}.${place.environment}` },
      };
    },
    isVersionReady: async ({ place, version }) =>
      runningIn(place.environment).has(version.name) && world.isReady(version.name),
    async retireVersion({ place, version }) {
      const share = world.shares[place.environment]?.find(
        (entry) => entry.version === version.name,
      );
      if (share && share.weight > 0)
        throw ApplicationFailure.nonRetryable('has traffic', 'traffic_not_applied');
      runningIn(place.environment).delete(version.name);
    },
    async shiftTraffic(input) {
      world.beforeShift(input);
      const { environment } = input.place;
      const last = world.shifts.filter((shift) => shift.environment === environment).at(-1);
      if (last && input.fence < last.fence)
        throw ApplicationFailure.nonRetryable('late', 'traffic_outdated');
      world.shares[environment] = input.shares;
      world.shifts.push({ environment, shares: input.shares, fence: input.fence });
      return input.shares;
    },
    readTraffic: async ({ environment }) => world.shares[environment] ?? [],
    async verifyVersion() {
      const state = world.checkState();
      if (state === 'never') return untilCancelled();
      return { state, detail: `checks ${state}`, url: null };
    },
    async runTest({ version, test }) {
      const passed = world.testPasses(test.name, version.name);
      const failures = passed ? [] : ['checkout works'];
      const detail = passed ? '1 of 1 passed' : '1 of 1 failed: checkout works';
      return {
        name: test.name,
        passed,
        total: 1,
        failed: failures.length,
        failures,
        detail,
        logTail: '',
      };
    },
    async bake(input) {
      world.bakes.push(input);
      const wish = world.verdictFor(input);
      if (wish === 'never' || (input.limits.mode === 'guard' && wish !== 'fail'))
        return untilCancelled();
      return { verdict: verdictOf(wish), reference: {} };
    },
  };
}

async function untilCancelled(): Promise<never> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), 500);
  try {
    return await context.cancelled;
  } finally {
    clearInterval(timer);
  }
}

function verdictOf(wish: Exclude<FakeVerdict, 'never'>): Verdict {
  const causes = {
    pass: 'ok',
    fail: 'breach',
    inconclusive: 'tooLittleTraffic',
    noData: 'noData',
    providerError: 'providerError',
  } as const;
  const verdict = wish === 'pass' || wish === 'fail' ? wish : 'inconclusive';
  const culprit = wish === 'pass' ? null : 'errors';
  return {
    verdict,
    cause: causes[wish],
    culprit,
    sentence: `errors: ${wish}`,
    evidence: [],
    looks: 3,
  };
}
