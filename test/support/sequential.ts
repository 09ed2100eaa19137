/** Builders that tests of the sequential method share. */

import type { Sample } from '../../domain/analysis/verdict.ts';
import type {
  Arms,
  MetricInterval,
  SequentialObservation,
} from '../../domain/analysis/sequential/observation.ts';
import { sequentialDefaults as defaults } from '../../domain/analysis/sequential/settings.ts';
import type {
  LatencyMetric,
  SequentialMetric,
  SequentialSettings,
} from '../../domain/analysis/sequential/settings.ts';

type Of<Type extends SequentialMetric['type']> = Extract<SequentialMetric, { type: Type }>;

const common = {
  tolerance: defaults.tolerance,
  margin: defaults.margin,
  weight: 1,
  gate: true,
};

export function aRatio(change: Partial<Of<'ratio'>> = {}): Of<'ratio'> {
  return { name: 'errors', ...common, type: 'ratio', direction: 'increase', ...change };
}

export function aLimit(max: number, change: Partial<Of<'limit'>> = {}): Of<'limit'> {
  return { name: 'limit', ...common, type: 'limit', max, ...change };
}

export function aGauge(change: Partial<Of<'gauge'>> = {}): Of<'gauge'> {
  return { name: 'cpu', ...common, type: 'gauge', direction: 'increase', ...change };
}

export function aLatency(
  at: { quantile: number } | { threshold: number },
  change: { name?: string; gate?: boolean } = {},
): LatencyMetric {
  return { name: 'latency', ...common, type: 'latency', ...at, ...change };
}

export function aSetting(change: Partial<SequentialSettings> = {}): SequentialSettings {
  return { ...defaults, minDuration: 0, horizon: 360, restarts: 0, ...change };
}

export function counted(total: number, bad: number): Sample {
  return { kind: 'ratio', bad, total };
}

export function arms(
  canary: [total: number, bad: number] | null,
  baseline: [total: number, bad: number] | null,
): Arms {
  return {
    canary: canary && counted(...canary),
    baseline: baseline && counted(...baseline),
  };
}

/** Observations from index 0, all of them the same metrics. */
export function repeated(
  times: number,
  metrics: Record<string, MetricInterval | null>,
  share?: number,
): SequentialObservation[] {
  return Array.from({ length: times }, (_, index) => {
    return { index, metrics, ...(share === undefined ? {} : { share }) };
  });
}
