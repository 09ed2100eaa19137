/** What the evidence of each step can be expected to show, from the traffic of the stable version. */

import type { MetricHistory } from '../events.ts';
import type { Step } from '../strategy.ts';
import type { MetricSpec, SequentialMetricSpec } from './metric-spec.ts';
import { sequentialMetric } from './sequential/metrics.ts';
import { requestsNeeded } from './sequential/planning.ts';
import { boundariesOf } from './sequential/settings.ts';
import type { AnalysisSettings } from './spec.ts';

/** One metric at one step. */
export interface MetricForecast {
  metric: string;
  /** What is counted: failed requests, or slow ones. */
  kind: 'ratio' | 'latency';
  /** Milliseconds until a healthy canary is expected to have passed here; null: not within `max`. */
  pass: number | null;
  /** Share of bad requests from which on a canary is found at this step in 90 % of cases; null: none. */
  visible: number | null;
  /** Stable's share of bad requests. */
  rate: number;
  /** Bad requests that a canary at the margin costs until it is found; null: it may not be found. */
  cost: number | null;
}

export interface StepForecast {
  step: number;
  weight: number;
  /** Milliseconds the step is expected to last with a healthy canary. */
  likely: number;
  metrics: MetricForecast[];
}

interface Known {
  spec: SequentialMetricSpec;
  rate: number;
  requestsPerSecond: number;
}

/** Quantile of the normal distribution for 90 %. */
const ninety = 1.2816;
const halvings = 50;

/**
 * Steps in order, evidence carried from one to the next as the judge does. Metrics that the
 * sequential method does not judge, or of which no past is known, are left out. Noise beyond that of
 * counting makes all of it slower: what is given here is the best that can be hoped for.
 */
export function forecast(
  steps: readonly Step[],
  metrics: readonly MetricSpec[],
  settings: AnalysisSettings,
  histories: readonly MetricHistory[],
): StepForecast[] {
  const known = metrics.flatMap((spec) => knownOf(spec, histories));
  const seen = new Map<string, number>();
  return steps.flatMap((step): StepForecast[] => {
    if (!step.bake || step.weight <= 0) return [];
    const found = known.map((one) =>
      forecastMetric(one, step, settings, seen.get(one.spec.name) ?? 0),
    );
    const { min, max } = step.bake;
    const slowest = Math.max(0, ...found.map(({ pass }) => pass ?? max));
    const likely = known.length === 0 ? max : Math.min(max, Math.max(min, slowest));
    for (const { spec, requestsPerSecond } of known) {
      const requests = (likely / 1000) * requestsPerSecond * (step.weight / 100);
      seen.set(spec.name, (seen.get(spec.name) ?? 0) + requests);
    }
    return [{ step: step.number, weight: step.weight, likely, metrics: found }];
  });
}

/** Sentences for people who are about to start something that cannot tell them anything. */
export function forecastWarnings(steps: readonly StepForecast[]): string[] {
  return steps.flatMap(({ step, weight, metrics }) =>
    metrics.flatMap(({ metric, visible, pass }) => {
      const where = `step ${step} (${weight} %): ${metric}`;
      if (visible === null) {
        return [`${where} has too little traffic to find any regression within the step's max`];
      }
      return pass === null ? [`${where} is not expected to pass within the step's max`] : [];
    }),
  );
}

function knownOf(spec: MetricSpec, histories: readonly MetricHistory[]): Known[] {
  if (spec.judgedBy !== 'sequential' || spec.kind === 'gauge') return [];
  const past = histories.find(({ metric }) => metric === spec.name);
  if (!past || past.requestsPerSecond === null || past.requestsPerSecond <= 0) return [];
  // Slower than the quantile is by its own meaning 1 − quantile of all requests.
  const byMeaning = spec.kind === 'latency' && spec.threshold === undefined;
  const rate = byMeaning ? 1 - spec.quantile : (past.rate ?? 0);
  return [{ spec, rate, requestsPerSecond: past.requestsPerSecond }];
}

function forecastMetric(
  { spec, rate, requestsPerSecond }: Known,
  { weight, bake }: Step,
  settings: AnalysisSettings,
  seen: number,
): MetricForecast {
  const metric = sequentialMetric(spec);
  const share = weight / 100;
  const pace = (requestsPerSecond * share) / 1000;
  const max = bake?.max ?? 0;
  const { falseAlarm, missedRegression } = settings;
  // At 100 % the canary is held against what is known of stable, as against a limit.
  const beside = share < 1 ? share : 0;
  const needs = requestsNeeded(metric, rate, beside, falseAlarm, missedRegression);
  const left = Math.max(0, needs.pass - seen) / pace;
  const available = seen + pace * max;
  const { fail, pass } = boundariesOf(metric);
  const tolerated = fail.ratio * rate + fail.excess;
  const bad =
    metric.type === 'limit'
      ? metric.max * (1 + metric.margin.relative) + metric.margin.absolute
      : pass.ratio * rate + pass.excess;
  return {
    metric: spec.name,
    kind: spec.kind === 'latency' ? 'latency' : 'ratio',
    pass: left <= max ? left : null,
    visible: smallestVisible(tolerated, available, 1 - beside, falseAlarm),
    rate,
    cost: needs.fail <= available ? needs.fail * Math.max(0, bad - rate) : null,
  };
}

/**
 * The smallest rate above `tolerated` that `requests` canary requests prove in 90 % of cases: the
 * expected evidence, less 1.28 of its standard deviations, reaches ln(1/α) and the stake's ln 2.
 */
function smallestVisible(
  tolerated: number,
  requests: number,
  others: number,
  falseAlarm: number,
): number | null {
  const threshold = Math.LN2 - Math.log(falseAlarm);
  const isFound = (rate: number) => {
    const log = Math.log(rate / tolerated);
    const mean = requests * others * (rate * log - rate + tolerated);
    return mean - ninety * log * Math.sqrt(requests * others * rate) >= threshold;
  };
  if (tolerated <= 0 || !isFound(1)) return null;
  let [low, high] = [tolerated, 1];
  for (let step = 0; step < halvings; step += 1) {
    const middle = Math.sqrt(low * high);
    if (isFound(middle)) high = middle;
    else low = middle;
  }
  return high;
}
