/** Student's t distribution. */

import { betaCdf } from './beta.ts';

/** P(T ≤ t) with ν > 0 degrees of freedom, which need not be whole. */
export function studentCdf(t: number, freedom: number): number {
  const tail = 0.5 * betaCdf(freedom / (freedom + t * t), freedom / 2, 0.5);
  return t <= 0 ? tail : 1 - tail;
}
