/** A fake world for each application: a world knows environments by their names alone. */

import type { Activities } from '../activities/contract.ts';
import { createFakeWorld } from '../test/support/fake-world.ts';

type Named = { application?: string; place?: { application: string } };

/** Activities that are answered at once; `begun` is called for each. */
export function activitiesOfWorlds(begun: () => void = () => {}): Activities {
  const worlds = new Map<string, Activities>();
  const worldOf = (input: unknown): Activities => {
    const { place, application = place?.application ?? '' } = (input ?? {}) as Named;
    const known = worlds.get(application) ?? createFakeWorld().activities;
    worlds.set(application, known);
    return known;
  };
  const names = Object.keys(worldOf(null)) as (keyof Activities)[];
  const entries = names.map((name) => [
    name,
    (input: unknown) => {
      begun();
      return (worldOf(input)[name] as (input: unknown) => Promise<unknown>)(input);
    },
  ]);
  return Object.fromEntries(entries) as Activities;
}
