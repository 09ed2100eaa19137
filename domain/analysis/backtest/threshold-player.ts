/** A fixed limit on a recording: one measurement at a time, and so many failed ones put up with. */

import { conclude, decide, noMeasurements, tally, type Limits } from '../conditions/limits.ts';
import type { Decision, Measurement } from '../conditions/limits.ts';
import type { SequentialMetric } from '../sequential/settings.ts';
import type { Played } from './play.ts';
import { pointsOf, quantileOf } from './points.ts';
import type { Recording } from './recording.ts';

export interface ThresholdPolicy {
  /** Milliseconds that one measurement looks at. */
  every: number;
  limits: Limits;
  /** Metric → the canary must not be above: a share, milliseconds or a plain number. */
  metrics: Record<string, number>;
}

/** Metrics without a limit have no say. It fails with its first metric, and passes with the last. */
export function playThreshold(recording: Recording, policy: ThresholdPolicy): Played {
  const decisions = recording.metrics.flatMap((metric) => {
    const limit = Object.hasOwn(policy.metrics, metric.name) ? policy.metrics[metric.name] : null;
    return limit == null ? [] : [follow(recording, metric, limit, policy)];
  });
  const at = (phase: string) => decisions.filter((one) => one.phase === phase).map((one) => one.at);
  const failed = at('failed');
  const passed = at('successful');
  const all = decisions.length > 0 && passed.length === decisions.length;
  return {
    failedAt: failed.length > 0 ? Math.min(...failed) : null,
    passedAt: all ? Math.max(...passed) : null,
  };
}

function follow(
  recording: Recording,
  metric: SequentialMetric,
  limit: number,
  { every, limits }: ThresholdPolicy,
): { phase: Decision['phase']; at: number } {
  const { observations, settings } = recording;
  const width = Math.max(1, Math.round(every / settings.interval));
  let seen = noMeasurements;
  for (const { at, canary } of pointsOf(observations, metric, quantileOf(metric, 0.99), width)) {
    seen = tally(seen, measure(canary, limit), limits);
    const decision = decide(seen, limits);
    if (decision) return { phase: decision.phase, at };
  }
  return { phase: conclude(seen, limits).phase, at: observations.length - 1 };
}

function measure(value: number | null, limit: number): Measurement {
  if (value === null) return { phase: 'noData' };
  return { phase: value <= limit ? 'successful' : 'failed' };
}
