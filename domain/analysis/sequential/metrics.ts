/** Metrics and settings of a specification → what the sequential method is asked. */

import type { SequentialMetricSpec } from '../metric-spec.ts';
import type { AnalysisSettings } from '../spec.ts';
import type { SequentialMetric, SequentialSettings } from './settings.ts';

/** The rollout's own part of the settings. */
export interface SequentialRun {
  /** Planned intervals of the whole rollout. */
  horizon: number;
  /** Part of the false-alarm budget that is spent here. */
  budget: number;
}

export function sequentialMetric(metric: SequentialMetricSpec): SequentialMetric {
  const { name, kind, tolerance, margin, weight, gate, direction, max } = metric;
  const common = { name, tolerance, margin, weight, gate };
  if (max !== undefined) return { ...common, type: 'limit', max };
  if (kind !== 'latency') return { ...common, type: kind, direction };
  const { threshold, quantile } = metric;
  return threshold === undefined
    ? { ...common, type: 'latency', quantile }
    : { ...common, type: 'latency', threshold };
}

/** `limits`: least and greatest duration of the step, in milliseconds. */
export function sequentialSettings(
  settings: AnalysisSettings,
  { horizon, budget }: SequentialRun,
  limits: { min: number; max: number },
): SequentialSettings {
  const { falseAlarm, missedRegression, interval, warmUp, minRequests, noise } = settings;
  const { trafficSplit: split } = settings;
  return {
    falseAlarm: falseAlarm * budget,
    missedRegression,
    interval,
    warmUp,
    minDuration: limits.min,
    maxDuration: limits.max,
    minRequests,
    horizon,
    noise: { mode: noise.mode, canaryPods: noise.canaryPods },
    trafficSplit:
      split === false ? null : { tolerance: split.tolerance, falseAlarm: split.falseAlarm },
    restarts: 0,
  };
}
