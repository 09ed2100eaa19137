/** What methods that look at single values see: one value per arm for every so many intervals. */

import { combine, isUsable, valueOf } from '../samples.ts';
import type { Arms, SequentialObservation } from '../sequential/observation.ts';
import type { SequentialMetric } from '../sequential/settings.ts';
import type { Sample } from '../verdict.ts';

export interface Point {
  /** Index of the last interval that it is made of. */
  at: number;
  /** A share, milliseconds or the value itself; null: no data, or no requests. */
  canary: number | null;
  baseline: number | null;
}

/** Points of `width` intervals each; what is left at the end is none. */
export function pointsOf(
  observations: readonly SequentialObservation[],
  metric: SequentialMetric,
  quantile: number,
  width: number,
): Point[] {
  const points: Point[] = [];
  for (let end = width; end <= observations.length; end += width) {
    const arms = observations.slice(end - width, end).flatMap((one) => armsOf(one, metric.name));
    const value = (arm: keyof Arms) => {
      const usable = arms.flatMap((both) => {
        const sample: Sample | null = both[arm];
        return sample && isUsable(sample) ? [sample] : [];
      });
      const whole = combine(usable);
      return whole && valueOf(whole, quantile);
    };
    points.push({ at: end - 1, canary: value('canary'), baseline: value('baseline') });
  }
  return points;
}

/** Both arms of a metric in one interval; several where it was recorded by stratum. */
export function armsOf({ metrics }: SequentialObservation, name: string): Arms[] {
  const seen = metrics[name];
  if (!seen) return [];
  return 'strata' in seen ? Object.values(seen.strata) : [seen];
}

/** The quantile a latency is looked at: its own, or that of people who gave a bound instead. */
export function quantileOf(metric: SequentialMetric, fallback: number): number {
  return metric.type === 'latency' && 'quantile' in metric ? metric.quantile : fallback;
}
