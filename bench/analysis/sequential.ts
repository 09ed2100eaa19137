/** Plays one simulated rollout through the sequential judge. */

import { sequentialJudge } from '../../domain/analysis/sequential/judge.ts';
import { sequentialDefaults as defaults } from '../../domain/analysis/sequential/settings.ts';
import type {
  NoiseMode,
  SequentialMetric,
  SequentialSettings,
} from '../../domain/analysis/sequential/settings.ts';
import type { Sample } from '../../domain/analysis/verdict.ts';
import { intervalSeconds, runIntervals, slowMs } from './traffic.ts';
import type { Signal, Traffic } from './traffic.ts';

export interface Outcome {
  /** Minutes until `fail` and until `pass`; Infinity when it did not happen within the hour. */
  fail: number;
  pass: number;
  /** Bad requests that the canary served until `fail` beyond what the baseline's rate gives. */
  extra: number;
  /** Milliseconds of CPU for one look at one metric, on average. */
  lookMs: number;
}

/** Defaults of statistics (b), one metric, no least duration. */
export function settingsFor(mode: NoiseMode): SequentialSettings {
  return {
    ...defaults,
    minDuration: 0,
    noise: { mode, canaryPods: 1 },
    horizon: runIntervals,
    restarts: 0,
  };
}

/** `until`: the rollout ends with the first `fail`, or with the first decision of either kind. */
export function playSequential(
  traffic: Traffic,
  signal: Signal,
  mode: NoiseMode,
  until: 'fail' | 'decision',
): Outcome {
  const settings = settingsFor(mode);
  const metric = metricFor(signal);
  const judge = sequentialJudge([metric], settings);
  let state = judge.start({ [metric.name]: traffic.history });
  const outcome: Outcome = { fail: Infinity, pass: Infinity, extra: 0, lookMs: 0 };
  for (let index = 0; index < runIntervals; index += 1) {
    const arms = traffic.next();
    const began = performance.now();
    state = judge.observe(state, { index, metrics: { [metric.name]: arms } });
    const { verdict } = judge.decide(state, (index + 1) * settings.interval);
    outcome.lookMs += (performance.now() - began - outcome.lookMs) / (index + 1);
    outcome.extra += extraBad(arms.canary, arms.baseline);
    const minutes = ((index + 1) * intervalSeconds) / 60;
    if (verdict === 'pass') outcome.pass = Math.min(outcome.pass, minutes);
    if (verdict === 'fail') outcome.fail = minutes;
    if (verdict === 'fail' || (verdict === 'pass' && until === 'decision')) break;
  }
  return outcome;
}

function metricFor({ kind }: Signal): SequentialMetric {
  const { tolerance, margin } = defaults;
  const common = { name: kind, tolerance, margin, weight: 1, gate: true };
  if (kind === 'latency') return { ...common, type: 'latency', quantile: 0.99 };
  return { ...common, type: 'ratio', direction: 'increase' };
}

function extraBad(canary: Sample | null, baseline: Sample | null): number {
  const [all, bad] = counts(canary);
  const [others, badOthers] = counts(baseline);
  return others > 0 ? bad - (all * badOthers) / others : 0;
}

function counts(sample: Sample | null): [all: number, bad: number] {
  if (sample?.kind === 'ratio') return [sample.total, sample.bad];
  if (sample?.kind !== 'latency') return [0, 0];
  const all = sample.buckets.at(-1)?.[1] ?? 0;
  const fast = sample.buckets.find(([bound]) => bound === slowMs)?.[1] ?? all;
  return [all, all - fast];
}
