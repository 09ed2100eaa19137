/** What the sequential method is asked: metrics, error rates and times, with their defaults. */

/** How much worse than the baseline: `relative` 0.1 is 10 %, `absolute` is a share (0.0001 = 0.01 pp). */
export interface Worse {
  relative: number;
  absolute: number;
}

interface MetricBase {
  name: string;
  /** The method never fails a canary for less than this. */
  tolerance: Worse;
  /** The method never passes a canary that is worse than this. */
  margin: Worse;
  /** Share of the false-alarm budget relative to the other metrics; above 0. */
  weight: number;
  /** False: the metric can fail the canary but need not pass. */
  gate: boolean;
}

/** Which change is for the worse. */
export const directions = ['increase', 'decrease'] as const;
type Direction = (typeof directions)[number];

/** What counts is the share of requests that are slower than bounds of the histogram's buckets. */
export type LatencyMetric =
  /** The bounds around the baseline's `quantile`, in (0, 1). */
  | (MetricBase & { type: 'latency'; quantile: number })
  /** The first bound at or above `threshold` milliseconds. */
  | (MetricBase & { type: 'latency'; threshold: number });

/** One metric of a release. */
export type SequentialMetric =
  | (MetricBase & { type: 'ratio'; direction: Direction })
  /** An absolute limit on the share of canary requests, `max` in (0, 1); needs no baseline. */
  | (MetricBase & { type: 'limit'; max: number })
  | LatencyMetric
  | (MetricBase & { type: 'gauge'; direction: Direction });

/**
 * `strict` counts all noise of the baseline over time against the evidence, `cancel` only what
 * pods do on their own (for teams who know that shocks hit both arms alike), `none` nothing.
 */
export const noiseModes = ['strict', 'cancel', 'none'] as const;
export type NoiseMode = (typeof noiseModes)[number];

export interface SequentialSettings {
  /** α: probability that a healthy canary is ever failed, over all metrics, looks and steps. */
  falseAlarm: number;
  /** β: probability that a canary worse than the margin of a metric passes that metric. */
  missedRegression: number;
  /** Milliseconds of one interval. */
  interval: number;
  /** Milliseconds after the start of a step whose intervals are dropped, whatever they show. */
  warmUp: number;
  /** Milliseconds before which a step does not pass. */
  minDuration: number;
  /** Milliseconds after which a step ends without a decision. */
  maxDuration: number;
  /** Requests that each arm needs before a step can pass. */
  minRequests: number;
  /** Planned intervals of the whole rollout, over which the late-onset stake is spread. */
  horizon: number;
  noise: { mode: NoiseMode; canaryPods: number };
  /** Null: the split of the traffic is not checked. */
  trafficSplit: { tolerance: number; falseAlarm: number } | null;
  /** Times the evidence was thrown away and begun anew; each restart halves α. */
  restarts: number;
}

export const sequentialDefaults = {
  falseAlarm: 0.01,
  missedRegression: 0.05,
  interval: 10_000,
  warmUp: 0,
  minDuration: 300_000,
  maxDuration: 3_600_000,
  minRequests: 50,
  noise: { mode: 'strict', canaryPods: 1 },
  trafficSplit: { tolerance: 0.1, falseAlarm: 0.0001 },
  tolerance: { relative: 0.1, absolute: 0.0001 },
  margin: { relative: 0.5, absolute: 0.001 },
} as const;

/** The null boundary of b1: canary rate = ratio·(baseline rate) + excess (ρ and δ). */
export interface Boundary {
  ratio: number;
  excess: number;
}

/** Where FAIL must be proven beyond, and what PASS must be proven below. */
export function boundariesOf(metric: SequentialMetric): { fail: Boundary; pass: Boundary } {
  // An absolute limit has one boundary: beyond it is a failure, below it is what has to be shown.
  if (metric.type === 'limit') {
    const limit = { ratio: 0, excess: metric.max };
    return { fail: limit, pass: limit };
  }
  const { tolerance, margin } = metric;
  return {
    fail: { ratio: 1 + tolerance.relative, excess: tolerance.absolute },
    pass: { ratio: 1 + margin.relative, excess: margin.absolute },
  };
}
