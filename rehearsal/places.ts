/** Environments in memory: versions that run, shares that a router keeps, with all their refusals. */

import { ApplicationFailure } from '@temporalio/activity';
import type { DeployingActivities, ShiftInput, VersionAtPlace } from '../activities/contract.ts';
import type { Place, TrafficShare } from '../domain/release.ts';

/** One call, before it is carried out. */
export type PlaceCall =
  | { do: 'deployVersion' | 'isVersionReady' | 'retireVersion'; input: VersionAtPlace }
  | { do: 'shiftTraffic'; input: ShiftInput }
  | { do: 'readTraffic'; input: Place };

export interface Places {
  /** Versions that run, by environment. */
  running: Record<string, Set<string>>;
  /** What the router of each environment does now. */
  shares: Record<string, TrafficShare[]>;
  /** Every share that was ever set, in order. */
  shifts: { environment: string; shares: TrafficShare[]; fence: number }[];
  activities: DeployingActivities;
}

/**
 * Places that keep what they are told, as real ones do: a late fence is refused, and so is stopping
 * a version that has traffic. What `before` throws is what the call fails with.
 */
export function createPlaces(before: (call: PlaceCall) => void | Promise<void>): Places {
  const places: Omit<Places, 'activities'> = { running: {}, shares: {}, shifts: [] };
  return Object.assign(places, { activities: activitiesOf(places, before) });
}

function activitiesOf(
  { running, shares, shifts }: Omit<Places, 'activities'>,
  before: (call: PlaceCall) => void | Promise<void>,
): DeployingActivities {
  const runningIn = (environment: string) => (running[environment] ??= new Set());
  return {
    async deployVersion(input) {
      await before({ do: 'deployVersion', input });
      const { place, version } = input;
      runningIn(place.environment).add(version.name);
      const url = `http://${version.name}.${place.environment}`;
      return { version: version.name, endpoint: { url } };
    },
    async isVersionReady(input) {
      await before({ do: 'isVersionReady', input });
      return runningIn(input.place.environment).has(input.version.name);
    },
    async checkWayBack(input) {
      await before({ do: 'isVersionReady', input });
      const ready = !input.warm || runningIn(input.place.environment).has(input.version.name);
      return { ready, detail: ready ? '' : 'it does not run' };
    },
    async retireVersion(input) {
      await before({ do: 'retireVersion', input });
      const { place, version } = input;
      const share = shares[place.environment]?.find((entry) => entry.version === version.name);
      if (share && share.weight > 0) throw refuse('has traffic', 'traffic_not_applied');
      runningIn(place.environment).delete(version.name);
    },
    async shiftTraffic(input) {
      await before({ do: 'shiftTraffic', input });
      const { environment } = input.place;
      const last = shifts.findLast((shift) => shift.environment === environment);
      if (last && input.fence < last.fence) throw refuse('late', 'traffic_outdated');
      shares[environment] = input.shares;
      shifts.push({ environment, shares: input.shares, fence: input.fence });
      return input.shares;
    },
    async readTraffic(input) {
      await before({ do: 'readTraffic', input });
      return shares[input.environment] ?? [];
    },
  };
}

function refuse(message: string, code: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, code);
}
