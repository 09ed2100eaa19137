/** Counts by the canary's share, which is all that the displayed ratio needs (statistics b4). */

import { addCounts } from './observation.ts';
import type { Pair } from './observation.ts';

/** Key: the odds of the canary's share in eighths of an octave. */
export type ShareGroups = Record<string, Pair>;

const perOctave = 8;

/** Adds an interval to the group of its share; shares within a group differ by at most 9 %. */
export function addShare(groups: ShareGroups, pair: Pair): ShareGroups {
  const odds = pair.canary.requests / pair.baseline.requests;
  if (!(odds > 0 && Number.isFinite(odds))) return groups;
  const key = String(Math.round(perOctave * Math.log2(odds)));
  const before = groups[key];
  const sum = before
    ? {
        canary: addCounts(before.canary, pair.canary),
        baseline: addCounts(before.baseline, pair.baseline),
      }
    : pair;
  return { ...groups, [key]: sum };
}
