/** The scripted world: activities that fulfil the contract as a scenario says, in no time of their own. */

import { ApplicationFailure } from '@temporalio/activity';
import { calendarActivities } from '../activities/calendar.ts';
import type { ReleaseActivities, RecoverInput } from '../activities/contract.ts';
import type { Stops } from '../domain/calendar/hold.ts';
import { emptyEstate } from '../domain/estate.ts';
import type { JournalEntry } from '../domain/events.ts';
import { rolloutsOf, type Plan, type RolloutPlan } from '../domain/plan.ts';
import type { TrafficShare } from '../domain/release.ts';
import { writeRules } from '../domain/traffic.ts';
import type { Clock } from './clock.ts';
import { createWitness } from './evidence.ts';
import { createFaults, type Whereabouts } from './faults.ts';
import { createPlaces, type PlaceCall, type Places } from './places.ts';
import type { Scenario } from './scenario.ts';

export interface World {
  activities: ReleaseActivities;
  places: Places;
  entries: JournalEntry[];
  /** How often something has been asked of it. */
  calls(): number;
}

export interface WorldOptions {
  scenario: Scenario;
  plan: Plan;
  clock: Clock;
  stops(application: string): Promise<Stops>;
  isReleaseOpen(release: RecoverInput): Promise<boolean>;
  /** Entries as they come onto the record. Time stands still meanwhile. */
  onRecord(entries: readonly JournalEntry[]): Promise<void>;
}

/** Longer than anything waits for: what stands still is asked again when this is over. */
const forEver = 30 * 86_400_000;

/**
 * While an activity runs, the time of the server stands still. So none of them ever waits: what takes
 * time fails instead, to be tried again when that time is over.
 */
export function createWorld(options: WorldOptions): World {
  const { scenario, clock, stops, isReleaseOpen, onRecord } = options;
  const surroundings = createSurroundings(options);
  const witness = createWitness(scenario.evidence);
  const entries: JournalEntry[] = [];
  const activities: ReleaseActivities = {
    ...surroundings.places.activities,
    ...calendarActivities(stops),
    async record(batch) {
      entries.push(...batch);
      await onRecord(batch);
    },
    notify: async () => {},
    isReleaseOpen,
    readEstate: async () => emptyEstate(),
    watchEstate: async () => until(forEver),
    watchQueue: async () => until(forEver),
    async watchWayBack(input) {
      const { ready } = await surroundings.places.activities.checkWayBack(input);
      return ready ? undefined : until(forEver);
    },
    calibrate: async () => ({ memory: {}, histories: [] }),
    async verifyVersion() {
      if (scenario.checks === 'silent') return until(forEver);
      const state = scenario.checks === 'pass' ? ('passed' as const) : ('failed' as const);
      return { state, detail: `scripted: ${scenario.checks}`, url: null };
    },
    async runTest({ version, test: { name } }) {
      const own = version.name === options.plan.version.name;
      const result = (own ? scenario.tests : scenario.wayBack)[name] ?? 'pass';
      if (result === 'silent') return until(forEver);
      const failures = result === 'pass' ? [] : [name];
      const detail = `scripted: ${result}`;
      const counts = { total: 1, failed: failures.length, failures, logTail: '' };
      return { name, passed: result === 'pass', detail, ...counts };
    },
    async bake(input) {
      const found = witness(input, surroundings.whereabouts(input.place.environment));
      const rest = found ? found.at - (await clock.now()) : forEver;
      if (!found || rest > 0) return until(rest);
      return { verdict: found.verdict, memory: {} };
    },
  };
  let calls = 0;
  const counted = followed(activities, clock, () => {
    calls += 1;
  });
  return { activities: counted, places: surroundings.places, entries, calls: () => calls };
}

/** What workflows tell each other of when it is done: time stands still until they have. */
const told = new Set(['bake', 'runTest', 'verifyVersion', 'deployVersion', 'retireVersion']);

/** Counts the calls, and holds the clock after those that lead to something. */
function followed(
  activities: ReleaseActivities,
  clock: Clock,
  count: () => void,
): ReleaseActivities {
  const wrapped = Object.entries(activities).map(([name, work]) => {
    const call = async (input: never): Promise<unknown> => {
      count();
      const result = await (work as (input: never) => unknown)(input);
      if (told.has(name)) await clock.after(0, async () => {});
      return result;
    };
    return [name, call];
  });
  return Object.fromEntries(wrapped) as ReleaseActivities;
}

/** Fails, to be tried again after so many milliseconds. */
function until(ms: number): never {
  throw ApplicationFailure.create({ message: 'time passes', nextRetryDelay: ms });
}

/** The environments, with what is known of the way of their rollouts. */
function createSurroundings({ scenario, plan, clock }: WorldOptions) {
  const faults = createFaults(scenario.faults, () => clock.now());
  const ways = new Map(rolloutsOf(plan).map((rollout) => [rollout.environment, newWay(rollout)]));
  const whereabouts = (environment: string): Whereabouts =>
    ways.get(environment) ?? newWay({ environment, steps: [], stage: 'production' });
  const places = createPlaces(async (call) => {
    const where = whereabouts(environmentOf(call));
    if (call.do === 'shiftTraffic') follow(where, plan.version.name, call.input.shares);
    await faults(kindOf(call), where);
  });
  return { places, whereabouts };
}

function newWay({
  environment,
  steps,
  stage,
}: Pick<RolloutPlan, 'environment' | 'steps' | 'stage'>): Whereabouts {
  return { environment, production: stage === 'production', step: 0, steps, back: false };
}

function kindOf(call: PlaceCall): 'target' | 'router' {
  return call.do === 'shiftTraffic' || call.do === 'readTraffic' ? 'router' : 'target';
}

function environmentOf(call: PlaceCall): string {
  return call.do === 'readTraffic' ? call.input.environment : call.input.place.environment;
}

/** Which step a shift is, told by what the candidate gets. */
function follow(where: Whereabouts, candidate: string, shares: readonly TrafficShare[]): void {
  const own = shares.find(({ version }) => version === candidate);
  const step = where.steps.findLast(({ weight, rules }) => {
    return weight === (own?.weight ?? 0) && writeRules(rules) === writeRules(own?.rules);
  });
  if (step) where.step = step.number;
  where.back = where.step > 0 && !step;
}
