/** How many canary requests a decision needs at the present rates (statistics b10). */

import { baselineCounts } from './counts.ts';
import { fewestPoints } from './gauge.ts';
import type { MetricState } from './metric.ts';
import { rateOf } from './rate-bound.ts';
import { boundariesOf } from './settings.ts';
import type { SequentialMetric, SequentialSettings } from './settings.ts';

export interface Needs {
  /** Canary requests after which a regression of the margin's size is expected to be proven. */
  fail: number;
  /** Canary requests after which a healthy canary is expected to pass. */
  pass: number;
}

/**
 * @param rate λ, the baseline's rate (for a limit: the canary's own)
 * @param share w, the canary's share of the traffic in [0, 1)
 * @returns requests, rounded up; Infinity where the two rates cannot be told apart
 */
export function requestsNeeded(
  metric: SequentialMetric,
  rate: number,
  share: number,
  falseAlarm: number,
  missedRegression: number,
): Needs {
  const { fail, pass } = boundariesOf(metric);
  // A limit has one boundary; what is worth finding lies the metric's margin above it.
  const bad =
    metric.type === 'limit'
      ? metric.max * (1 + metric.margin.relative) + metric.margin.absolute
      : pass.ratio * rate + pass.excess;
  const others = metric.type === 'limit' ? 1 : 1 - share;
  const failCost = -Math.log(falseAlarm) + 1 + Math.LN2;
  const passCost = 1 - Math.log(missedRegression);
  const l0 = fail.ratio * rate + fail.excess;
  const l1 = pass.ratio * rate + pass.excess;
  return {
    fail: Math.ceil(failCost / (others * divergence(bad, l0))),
    pass: Math.ceil(passCost / (others * (rate < l1 ? divergence(rate, l1) : 0))),
  };
}

/** Kullback–Leibler divergence of Poisson rates per request: a·ln(a/b) − a + b. */
function divergence(a: number, b: number): number {
  if (a === 0) return b;
  return a * Math.log(a / b) - a + b;
}

/** Seen and needed by a running metric: canary requests, or points for a gauge. */
export function metricNeeds(
  metric: SequentialMetric,
  state: MetricState,
  settings: SequentialSettings,
): { seen: number; needs: Needs } {
  if (state.gauge) {
    const points = state.gauge.plain.points;
    return { seen: points, needs: { fail: fewestPoints, pass: fewestPoints } };
  }
  const [first, ...others] = state.counts.map((process) => {
    const { canary, baseline } = process.seen;
    const reference = metric.type === 'limit' ? canary : baselineCounts(process);
    const share = canary.requests / Math.max(1, canary.requests + baseline.requests);
    const { falseAlarm, missedRegression } = settings;
    const needs = requestsNeeded(metric, rateOf(reference), share, falseAlarm, missedRegression);
    return { seen: canary.requests, needs };
  });
  if (!first) return { seen: 0, needs: { fail: Infinity, pass: Infinity } };
  // The bound that needs least finds a regression; the one that needs most decides a pass.
  return others.reduce(
    (best, { needs }) => ({
      seen: best.seen,
      needs: {
        fail: Math.min(best.needs.fail, needs.fail),
        pass: Math.max(best.needs.pass, needs.pass),
      },
    }),
    first,
  );
}
