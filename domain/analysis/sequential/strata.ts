/** At most 20 strata have a place of their own; the rest is pooled (statistics b7). */

import { combine } from '../samples.ts';
import { requestsIn } from './arms.ts';
import type { Strata } from './arms.ts';

const mostStrata = 20;
const restName = 'rest of the strata';

/**
 * Keeps known strata, gives free places to the busiest new ones, pools what is left.
 * @param known strata with a place so far
 */
export function poolStrata(
  known: readonly string[],
  arms: Strata,
): { strata: string[]; arms: Strata } {
  const busiest = arms
    .filter(([name]) => !known.includes(name))
    .sort((left, right) => traffic(right) - traffic(left) || (left[0] < right[0] ? -1 : 1))
    .map(([name]) => name);
  const strata = [...known, ...busiest.slice(0, Math.max(0, mostStrata - known.length))];
  const own = arms.filter(([name]) => strata.includes(name));
  const rest = arms.filter(([name]) => !strata.includes(name)).map(([, pair]) => pair);
  const canary = combine(rest.map((pair) => pair.canary));
  const baseline = combine(rest.map((pair) => pair.baseline));
  return { strata, arms: canary && baseline ? [...own, [restName, { canary, baseline }]] : own };
}

/** Requests of both arms: b1 is conditional on them, so they may choose the strata. */
function traffic(arm: Strata[number]): number {
  return requestsIn([arm], 'canary') + requestsIn([arm], 'baseline');
}
