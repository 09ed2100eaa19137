/** What the sequential method shows of a metric on a running release. */

import type { SequentialMetricSpec } from '../metric-spec.ts';
import { quantileOf, valueOf } from '../samples.ts';
import type { Finding, MetricEvidence, MetricObservation, SequentialEvidence } from '../verdict.ts';
import { failThreshold } from './decide.ts';
import { hasPassed, type MetricState } from './metric.ts';
import { metricNeeds } from './planning.ts';
import { rateOf } from './rate-bound.ts';
import { reportMetric } from './report.ts';
import { describeMetric, describeNeed } from './sentences.ts';
import { boundariesOf, type SequentialMetric, type SequentialSettings } from './settings.ts';

interface Shown {
  spec: SequentialMetricSpec;
  metric: SequentialMetric;
  state: MetricState;
  /** The last interval as it was measured. */
  last: MetricObservation | undefined;
  /** The metric proved the regression. */
  culprit: boolean;
}

export function sequentialEvidence(shown: Shown, settings: SequentialSettings): MetricEvidence {
  const { spec, metric, state } = shown;
  const finding = findingOf(shown, settings);
  return {
    metric: spec.name,
    finding,
    ...values(shown),
    sentence: sentenceOf(finding, metric, state, shown.last, settings),
    sequential: testsOf(metric, state, settings),
  };
}

function findingOf({ metric, state, last, culprit }: Shown, settings: SequentialSettings): Finding {
  if (culprit) return 'breach';
  if (last && last.phase !== 'measured') return last.phase;
  if (hasPassed(state)) return 'ok';
  const { seen, needs } = metricNeeds(metric, state, settings);
  return seen < needs.fail ? 'tooLittleTraffic' : 'undecided';
}

function sentenceOf(
  finding: Finding,
  metric: SequentialMetric,
  state: MetricState,
  last: MetricObservation | undefined,
  settings: SequentialSettings,
): string {
  if (finding !== 'breach' && last && last.phase !== 'measured') {
    return `${metric.name}: ${last.detail}`;
  }
  const open = finding === 'tooLittleTraffic' || finding === 'undecided';
  return open ? describeNeed(metric, state, settings) : describeMetric(metric, state);
}

/** Rates and latencies over the whole run; a gauge's last values, for only its change is followed. */
function values({ spec, metric, state, last }: Shown) {
  const [process] = state.counts;
  if (metric.type === 'gauge') {
    const value = (arm: 'canary' | 'stable') => {
      const sample = last?.phase === 'measured' ? last[arm] : null;
      return sample && valueOf(sample, spec.quantile);
    };
    return { canary: value('canary'), stable: value('stable'), bound: null, requests: null };
  }
  const requests = process?.seen.canary.requests ?? 0;
  if (metric.type === 'latency') {
    const { canary, baseline } = state.buckets;
    const at = (buckets: typeof canary) => quantileOf(buckets, spec.quantile);
    return { canary: at(canary), stable: at(baseline), bound: null, requests };
  }
  if (!process) return { canary: null, stable: null, bound: null, requests };
  const { canary, baseline } = process.seen;
  const stable = baseline.requests > 0 ? rateOf(baseline) : null;
  const { ratio, excess } = boundariesOf(metric).fail;
  const bound = ratio === 0 ? excess : stable === null ? null : ratio * stable + excess;
  return { canary: canary.requests > 0 ? rateOf(canary) : null, stable, bound, requests };
}

/** JSON has no −∞. */
function finite(log: number): number | null {
  return Number.isFinite(log) ? log : null;
}

function testsOf(
  metric: SequentialMetric,
  state: MetricState,
  settings: SequentialSettings,
): SequentialEvidence {
  const report = reportMetric(metric, state, settings);
  return {
    canary: report.canary,
    stable: report.baseline,
    ratio: report.ratio,
    logFail: finite(report.logEvidence.fail),
    logPass: finite(report.logEvidence.pass),
    failAt: failThreshold(settings),
    passAt: -Math.log(settings.missedRegression),
    moreToFail: report.moreToFail,
    moreToPass: report.moreToPass,
    calibrated: report.noise?.calibrated ?? null,
  };
}
