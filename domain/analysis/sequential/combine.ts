/** Many metrics, one false-alarm budget: the weighted average of e-values (statistics b6). */

import { logSumExp } from '../numbers/logs.ts';
import type { SequentialMetric } from './settings.ts';

export interface Combined {
  /** ln Σ v_m·E_m. */
  log: number;
  /** The metric with the largest v_m·E_m. */
  leader: string | null;
}

/**
 * Averages valid under any dependence are the only admissible way to merge (Vovk & Wang, 1912.06116;
 * Wang, 2409.19888), and never worse than giving each metric its share of α.
 *
 * @param logs ln E_m by metric, in the order of `metrics`
 */
export function combine(metrics: readonly SequentialMetric[], logs: readonly number[]): Combined {
  if (metrics.length === 0) return { log: 0, leader: null };
  const sum = metrics.reduce((total, { weight }) => total + weight, 0);
  const shares = metrics.map(({ weight }, index) => Math.log(weight / sum) + (logs[index] ?? 0));
  const largest = Math.max(...shares);
  const leader = metrics[shares.indexOf(largest)]?.name ?? null;
  return { log: logSumExp(shares), leader };
}
