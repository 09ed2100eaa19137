/** Plots of one environment: the canary's share, and every metric of canary and stable. */

import { useMemo } from 'react';
import { formatValue } from '../../domain/analysis/sentences.ts';
import type { MetricSpec } from '../../domain/analysis/spec.ts';
import type { CrescendoEvent, Measurement } from '../../domain/events.ts';
import { percent } from '../../domain/words.ts';
import { Plot, type PlotLine } from '../parts/plot.tsx';
import { metricSeries, weightSeries } from './metric-series.ts';
import { kindOf } from './plan-view.ts';

interface ChartsProps {
  measurements: readonly Measurement[];
  events: readonly CrescendoEvent[];
  environment: string;
  metrics: readonly MetricSpec[];
  /** Milliseconds between looks. */
  interval: number;
}

const metricLines: PlotLine[] = [
  { label: 'canary', color: '--live', look: 'line' },
  { label: 'stable', color: '--stable', look: 'line' },
  { label: 'bound', color: '--bad', look: 'dashed' },
  { label: 'breach', color: '--bad', look: 'dots', silent: true },
];
const weightLines: PlotLine[] = [{ label: 'canary', color: '--live', look: 'steps' }];

export function Charts({ measurements, events, environment, metrics, interval }: ChartsProps) {
  const series = useMemo(() => metricSeries(measurements, interval), [measurements, interval]);
  const end = Date.parse(measurements.at(-1)?.at ?? '') / 1000 || 0;
  const weights = useMemo(() => weightSeries(events, environment, end), [events, environment, end]);
  if (series.length === 0) return null;
  const starts = [weights.times[0], ...series.map(({ times }) => times[0])];
  const from = Math.min(...starts.filter((start) => start !== undefined));
  const to = Math.max(end, weights.times.at(-1) ?? end);
  const sync = `plots of ${environment}`;
  return (
    <div className="plots">
      {weights.times.length > 0 && (
        <Plot
          title="share of the audience"
          lines={weightLines}
          data={[weights.times, weights.weights]}
          from={from}
          to={to}
          max={100}
          format={percent}
          sync={sync}
        />
      )}
      {series.map(({ metric, times, canary, stable, bound, breach }) => (
        <Plot
          key={metric}
          title={metric}
          lines={metricLines}
          data={[times, canary, stable, bound, breach]}
          from={from}
          to={to}
          format={(value) => formatValue(value, kindOf(metrics, metric))}
          sync={sync}
        />
      ))}
    </div>
  );
}
