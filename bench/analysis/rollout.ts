/** One simulated hour as a recording, so that every method is played on the same numbers. */

import type { Recording } from '../../domain/analysis/backtest/recording.ts';
import type { Arms } from '../../domain/analysis/sequential/observation.ts';
import {
  sequentialDefaults as defaults,
  type NoiseMode,
  type SequentialMetric,
  type SequentialSettings,
} from '../../domain/analysis/sequential/settings.ts';
import type { Random } from '../../test/support/random.ts';
import { createTraffic, runIntervals, type Scenario, type Signal } from './traffic.ts';

export interface Rollout {
  recording: Recording;
  /** The same canary beside a baseline of its own size. */
  twin: Recording;
}

/** Draws all of the hour; `twins` is the chance of the second baseline. */
export function simulate(
  scenario: Scenario,
  mode: NoiseMode,
  random: Random,
  twins: Random,
): Rollout {
  const traffic = createTraffic(scenario, random, twins);
  const intervals = Array.from({ length: runIntervals }, () => traffic.next());
  const metric = metricFor(scenario.signal);
  const recorded = (arms: readonly Arms[]): Recording => ({
    id: metric.name,
    metrics: [metric],
    settings: settingsFor(mode),
    history: { [metric.name]: traffic.history },
    observations: arms.map((both, index) => ({ index, metrics: { [metric.name]: both } })),
    label: { bad: true, from: scenario.onset ?? 0 },
  });
  const beside = intervals.map(({ canary, twin }) => ({ canary, baseline: twin }));
  return { recording: recorded(intervals), twin: recorded(beside) };
}

/** Defaults of statistics (b), one metric, no least duration. */
function settingsFor(mode: NoiseMode): SequentialSettings {
  return {
    ...defaults,
    minDuration: 0,
    noise: { mode, canaryPods: 1 },
    horizon: runIntervals,
    restarts: 0,
  };
}

function metricFor({ kind }: Signal): SequentialMetric {
  const { tolerance, margin } = defaults;
  const common = { name: kind, tolerance, margin, weight: 1, gate: true };
  if (kind === 'latency') return { ...common, type: 'latency', quantile: 0.99 };
  return { ...common, type: 'ratio', direction: 'increase' };
}
