/** The round trip: staging goes back to where production would, and forward again, before production. */

import type { RolloutPlan, WavePlan } from './plan.ts';
import type { Version } from './release.ts';
import type { Spec } from './spec.ts';
import { listed } from './words.ts';

/** What is recorded of it; everything between the two happens on the way. */
export type TripEventBody =
  /** The candidate gets all of staging, then this version comes up in its place. */
  | { type: 'trip.started'; version: string }
  /** Both have been there, and the candidate is up again. `sentence`: what it has shown. */
  | { type: 'trip.finished'; version: string; sentence: string };

export interface RoundTrip {
  /** Where it goes, one after the other; none: it is not taken. */
  versions: Version[];
  /** Why it is not taken although it was asked for; null otherwise. */
  warning: string | null;
}

/** Each version that an environment of production would go back to, once. */
export function roundTripOf(
  spec: Spec,
  version: Version,
  staging: RolloutPlan | null,
  waves: readonly Pick<WavePlan, 'rollouts'>[],
): RoundTrip {
  if (!spec.rollback.rehearse) return { versions: [], warning: null };
  if (!staging) return none('this release has no staging');
  if (version.oneWay !== undefined) {
    return none(`${version.name} cannot be gone back past (${version.oneWay})`);
  }
  const back = waves.flatMap(({ rollouts }) => rollouts.flatMap((one) => one.designated ?? []));
  const versions = [...new Map(back.map((one) => [one.name, one])).values()];
  return versions.length > 0
    ? { versions, warning: null }
    : none('there is no version to go back to yet');
}

function none(why: string): RoundTrip {
  return { versions: [], warning: `no round trip in staging: ${why}` };
}

/** Sentence of the plan: `round trip: back to 1.0.0, then 1.1.0 again, with all tests each time`. */
export function roundTripWords({ roundTrip = [], tests, version }: RolloutPlan): string {
  const names = listed(roundTrip.map(({ name }) => name));
  const tested = tests.length > 0 ? ', with all tests each time' : '';
  return `round trip: back to ${names}, then ${version.name} again${tested}`;
}

/** What a test of the version that is back is called, beside the same test of the candidate. */
export function testOnTrip(test: string, version: string): string {
  return `${test} on ${version}`;
}

/** What it means that the version that is back fails. */
export function noWayBack(version: string, candidate: string, why: string): string {
  return `${version} does not run after ${candidate} was there: ${why}; so there would be no way back`;
}

/** What it means that the candidate fails once the other one was back. */
export function noWayOn(version: string, candidate: string, why: string): string {
  return `${candidate} does not run again after the way back to ${version}: ${why}`;
}

/** `skipped`: who skipped a part of it, and why; null: nobody. */
export function tripSentence(version: string, candidate: string, skipped: string | null): string {
  return skipped === null
    ? `${version} runs after ${candidate} was there, and ${candidate} after it`
    : `that ${version} runs after ${candidate} was there is not shown: ${skipped}`;
}

/** What an environment on its way there and back is doing. */
export function tripWords(trip: string): string {
  return `round trip to ${trip} and back`;
}
