/** Typed fake activities over a small world in memory; the real ones are tried in test/e2e. */

import { ApplicationFailure, Context } from '@temporalio/activity';
import { calendarActivities } from '../../activities/calendar.ts';
import type {
  Activities,
  GroupActivities,
  BakeInput,
  CalendarQuestion,
  CalibrationInput,
  EstateActivities,
  ShiftInput,
} from '../../activities/contract.ts';
import type { Stops } from '../../domain/calendar/hold.ts';
import type { JournalEntry, MetricHistory } from '../../domain/events.ts';
import { emptyEstate, withHoldsOfAll, type Estate } from '../../domain/estate.ts';
import { createPlaces, type PlaceCall, type Places } from '../../rehearsal/places.ts';
import { verdictOf, type EvidenceKind } from '../../rehearsal/verdicts.ts';

/** `never`: watches until it is cancelled, or until the answer is another one. */
export type FakeVerdict = EvidenceKind | 'never';

/** Name of an application that only keeps the clock going (see scene.ts); never on record. */
export const tickerName = 'ticker';

export interface FakeWorld extends Omit<Places, 'activities'> {
  activities: Activities;
  bakes: BakeInput[];
  entries: JournalEntry[];
  /** What holds for all applications, when no scene has brought the real estate to life. */
  estate: Estate;
  readEstate: () => Promise<Estate>;
  tellReleases: EstateActivities['tellReleases'];
  notices: { event: string; title: string; severity: string }[];
  deploys: { environment: string; version: string }[];
  retired: { environment: string; version: string }[];
  /** Every question to the calendar, which is the real one. */
  consulted: CalendarQuestion[];
  /** Freezes and holds, as the guardian knows them. */
  stops: (application: string) => Promise<Stops>;
  /** Checks that were begun, tests that were begun. */
  looks: string[];
  tests: string[];
  /** Verdict of a bake. Default: pass. A guard only ends with `fail`. */
  verdictFor: (input: BakeInput) => FakeVerdict;
  /** The same for the watch after a rollback. */
  backFor: (input: BakeInput) => FakeVerdict;
  /** Workflow time that a bake takes, in milliseconds, and what time it is there. */
  bakeTakes: number;
  now: () => Promise<number>;
  /** True while a scene lets time pass. */
  timePasses: boolean;
  /** False: whoever takes a bake up dies over it, time and again. */
  watched: boolean;
  /** Whether a worker polls a queue of environments. */
  isServed: (taskQueue: string) => boolean;
  /** What the past of stable shows. Default: nothing. */
  pastOf: (input: CalibrationInput) => Promise<MetricHistory[]>;
  testPasses: (name: string, version: string) => boolean | 'never' | Promise<boolean>;
  checkState: (vendor: string) => 'passed' | 'failed' | 'never';
  isOpen: (application: string, release: number) => Promise<boolean>;
  /** How a group asks its applications. */
  members: GroupActivities;
  /** Throw to make an activity fail. */
  beforeDeploy: (version: string, environment: string) => void;
  beforeShift: (input: ShiftInput) => void;
  beforeRetire: (version: string) => void;
  beforeRecord: () => void;
  isReady: (version: string) => boolean;
  /** Why a version is not there to go back to; null: it is. */
  missing: (version: string, environment: string) => string | null;
  /** Shares of one version over time in one environment. */
  weightsOf(environment: string, version: string): number[];
}

export function createFakeWorld(): FakeWorld {
  const { activities: placed, ...places } = createPlaces((call) => note(world, call));
  const world: FakeWorld = {
    activities: {} as Activities,
    ...places,
    bakes: [],
    entries: [],
    estate: emptyEstate(),
    readEstate: async () => world.estate,
    tellReleases: async () => {},
    notices: [],
    deploys: [],
    retired: [],
    consulted: [],
    stops: async () => ({ freezes: [], holds: [] }),
    looks: [],
    tests: [],
    verdictFor: () => 'pass',
    backFor: () => 'pass',
    bakeTakes: 0,
    now: async () => Date.now(),
    timePasses: false,
    watched: true,
    isServed: () => true,
    pastOf: async ({ metrics }) => {
      const nothing = { intervals: 0, requestsPerSecond: null, rate: null, calibrated: false };
      const detail = 'the fake world has no past';
      return metrics.map(({ name }) => ({ metric: name, ...nothing, detail }));
    },
    testPasses: () => true,
    checkState: () => 'passed',
    isOpen: async () => true,
    members: { submitMember: notHere, returnMember: notHere },
    beforeDeploy: () => {},
    beforeShift: () => {},
    beforeRetire: () => {},
    beforeRecord: () => {},
    isReady: () => true,
    missing: () => null,
    weightsOf: (environment, version) =>
      world.shifts
        .filter((shift) => shift.environment === environment)
        .map(({ shares }) => shares.find((share) => share.version === version)?.weight ?? 0),
  };
  world.activities = { ...placed, ...fakeActivities(world, placed) };
  return world;
}

/** What is asked of the places, before it is done. */
function note(world: FakeWorld, call: PlaceCall): void {
  if (call.do === 'shiftTraffic') return world.beforeShift(call.input);
  if (call.do !== 'deployVersion' && call.do !== 'retireVersion') return;
  const { place, version } = call.input;
  if (call.do === 'retireVersion') return world.beforeRetire(version.name);
  world.deploys.push({ environment: place.environment, version: version.name });
  world.beforeDeploy(version.name, place.environment);
}

async function notHere(): Promise<never> {
  throw new Error('this world has no groups');
}

function fakeActivities(world: FakeWorld, placed: Places['activities']) {
  const activities: Omit<Activities, keyof Places['activities']> &
    Pick<Activities, 'isVersionReady' | 'checkWayBack' | 'retireVersion'> = {
    async record(entries) {
      const own = entries.filter(({ application }) => application !== tickerName);
      if (own.length > 0) world.beforeRecord();
      world.entries.push(...own);
    },
    async notify({ event, title, severity }) {
      world.notices.push({ event, title, severity });
    },
    isReleaseOpen: ({ application, release }) => world.isOpen(application, release),
    submitMember: (input) => world.members.submitMember(input),
    returnMember: (input) => world.members.returnMember(input),
    readEstate: () => world.readEstate(),
    tellReleases: () => world.tellReleases(),
    async watchEstate({ revision }) {
      for (;;) {
        const estate = await world.readEstate();
        if (estate.revision !== revision) return estate;
        await standStill(world);
      }
    },
    async checkCalendar(question) {
      world.consulted.push(question);
      const stops = async (application: string) => {
        const [own, estate] = await Promise.all([world.stops(application), world.readEstate()]);
        return withHoldsOfAll(own, estate);
      };
      return calendarActivities(stops).checkCalendar(question);
    },
    isVersionReady: async (input) =>
      (await placed.isVersionReady(input)) && world.isReady(input.version.name),
    async retireVersion(input) {
      await placed.retireVersion(input);
      const { place, version } = input;
      world.retired.push({ environment: place.environment, version: version.name });
    },
    async checkWayBack({ place, version }) {
      const why = world.missing(version.name, place.environment);
      return { ready: why === null, detail: why ?? '' };
    },
    async watchWayBack({ place, version }) {
      while (world.missing(version.name, place.environment) !== null) await standStill(world);
    },
    async verifyVersion({ check }) {
      world.looks.push(check.vendor);
      const state = world.checkState(check.vendor);
      if (state === 'never') return untilCancelled(world);
      return { state, detail: `checks ${state}`, url: null };
    },
    async runTest({ version, test }) {
      world.tests.push(test.name);
      const passed = await world.testPasses(test.name, version.name);
      if (passed === 'never') return untilCancelled(world);
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
    async watchQueue({ taskQueue, served }) {
      while (world.isServed(taskQueue) === served) await standStill(world);
      return { served: !served, lastPoll: served ? '2026-01-01T00:00:00.000Z' : null };
    },
    async calibrate(input) {
      return { memory: { learned: true }, histories: await world.pastOf(input) };
    },
    async bake(input) {
      world.bakes.push(input);
      if (!world.watched) throw new Error('the worker died');
      const wish = await untilWish(world, () => {
        if (input.limits.mode === 'verify') return world.backFor(input);
        const now = world.verdictFor(input);
        return input.limits.mode === 'guard' && now !== 'fail' ? 'never' : now;
      });
      const rest =
        world.bakeTakes > 0 && input.limits.mode !== 'verify'
          ? input.startedAt + world.bakeTakes - (await world.now())
          : 0;
      if (rest > 0) throw ApplicationFailure.create({ message: 'baking', nextRetryDelay: rest });
      const verdict = verdictOf(wish, 'errors', `errors: ${wish}`);
      return { verdict, memory: { seen: input.weight } };
    },
  };
  return activities;
}

async function untilWish(
  world: FakeWorld,
  wish: () => FakeVerdict,
): Promise<Exclude<FakeVerdict, 'never'>> {
  for (;;) {
    const now = wish();
    if (now !== 'never') return now;
    await standStill(world);
  }
}

/** Stands still until it is cancelled. */
async function untilCancelled(world: FakeWorld): Promise<never> {
  for (;;) await standStill(world);
}

/** One moment of a watch. While time passes it fails, to be tried again after some of that time. */
async function standStill(world: FakeWorld): Promise<void> {
  const context = Context.current();
  if (world.timePasses) {
    throw ApplicationFailure.create({ message: 'time passes', nextRetryDelay: '1 minute' });
  }
  context.heartbeat();
  await context.sleep(10);
}
