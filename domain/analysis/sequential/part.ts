/** The sequential method on a running release, while both versions have traffic. */

import type { SequentialMetricSpec } from '../metric-spec.ts';
import type { JudgePart, Standing } from '../part.ts';
import type { AnalysisSettings } from '../spec.ts';
import type { BakeLimits, Finding, MetricObservation, Observation } from '../verdict.ts';
import { sequentialEvidence } from './evidence.ts';
import { sequentialJudge } from './judge.ts';
import { sequentialMetric, sequentialSettings, type SequentialRun } from './metrics.ts';
import type { MetricInterval, SequentialObservation } from './observation.ts';
import { isSick } from './sentences.ts';
import type { SequentialState, SequentialVerdict } from './state.ts';

/** JSON through and through. */
export interface SequentialPartState {
  tests: SequentialState;
  /** The last interval of each metric, for the causes that the tests do not know. */
  last: Record<string, MetricObservation>;
}

/** @param share the canary's share of the traffic, in (0, 1); null when it is not known (a ring, a mirror) */
export function sequentialPart(
  specs: readonly SequentialMetricSpec[],
  settings: AnalysisSettings,
  run: SequentialRun,
  share: number | null,
): JudgePart<SequentialPartState> {
  const metrics = specs.map(sequentialMetric);
  const judgeFor = (limits: { min: number; max: number }) =>
    sequentialJudge(metrics, sequentialSettings(settings, run, limits));
  const judge = judgeFor({ min: 0, max: 0 });
  return {
    start(memory) {
      const before = memory['sequential'] as SequentialState | undefined;
      return { tests: before ? judge.nextStep(before) : judge.start(), last: {} };
    },
    observe: ({ tests }, observation) => ({
      tests: judge.observe(tests, {
        ...intervalsOf(specs, observation),
        ...(share === null || isSettling(observation, settings) ? {} : { share }),
      }),
      last: lastOf(specs, observation),
    }),
    standing({ tests, last }, limits, elapsed) {
      return standing(judgeFor(limits).decide(tests, elapsed), specs, tests, last, limits, elapsed);
    },
    evidence({ tests, last }) {
      const shown = sequentialSettings(settings, run, { min: 0, max: 0 });
      return specs.flatMap((spec) => {
        const metric = sequentialMetric(spec);
        const state = tests.metrics[spec.name];
        const culprit = tests.failed?.culprit === spec.name;
        const seen = { spec, metric, last: last[spec.name], culprit };
        return state && last[spec.name] ? [sequentialEvidence({ ...seen, state }, shown)] : [];
      });
    },
    remember: ({ tests }) => ({ sequential: tests }),
  };
}

/**
 * Counters that are scraped show a shift when they are scraped next, and some routers take their time:
 * what is counted meanwhile belongs to the share before. By the clock, like the warm-up.
 */
function isSettling(
  { index }: Observation,
  { interval, dataDelay, trafficSplit }: AnalysisSettings,
): boolean {
  const settle = trafficSplit === false ? 0 : trafficSplit.settle;
  return index * interval < settle + dataDelay;
}

/** The metrics of one interval as the tests take them. */
export function intervalsOf(
  specs: readonly SequentialMetricSpec[],
  { index, metrics }: Observation,
): SequentialObservation {
  const seen = specs.map(({ name }): [string, MetricInterval | null] => {
    return [name, intervalOf(metrics[name])];
  });
  const unanswered = specs.flatMap(({ name }) =>
    metrics[name]?.phase === 'providerError' ? [name] : [],
  );
  return { index, metrics: Object.fromEntries(seen), unanswered };
}

function intervalOf(seen: MetricObservation | undefined): MetricInterval | null {
  if (seen?.phase !== 'measured') return null;
  if (!seen.strata) return { canary: seen.canary, baseline: seen.stable };
  const strata = Object.entries(seen.strata).map(([name, { canary, stable }]) => {
    return [name, { canary, baseline: stable }] as const;
  });
  return { strata: Object.fromEntries(strata) };
}

export function lastOf(
  specs: readonly SequentialMetricSpec[],
  { metrics }: Observation,
): Record<string, MetricObservation> {
  const nothing: MetricObservation = { phase: 'noData', detail: 'not measured' };
  return Object.fromEntries(specs.map(({ name }) => [name, metrics[name] ?? nothing]));
}

function standing(
  verdict: SequentialVerdict,
  specs: readonly SequentialMetricSpec[],
  tests: SequentialState,
  last: Record<string, MetricObservation>,
  limits: BakeLimits,
  elapsed: number,
): Standing {
  const { sentence, culprit } = verdict;
  if (verdict.verdict === 'pass') return { state: 'passed' };
  if (verdict.verdict === 'fail') {
    return isBaselineSick(culprit, specs, tests)
      ? {
          state: 'open',
          verdict: 'inconclusive',
          cause: 'sickBaseline',
          culprit,
          sentence,
          final: true,
        }
      : { state: 'failed', culprit, sentence };
  }
  const silent = Object.entries(last).find(([, { phase }]) => phase !== 'measured');
  const name = verdict.verdict === 'continue' ? 'insufficient_data' : verdict.verdict;
  const final = name === 'invalid' && elapsed < limits.max;
  const cause = causeOf(name, silent?.[1]);
  const named = silent && name !== 'invalid' ? silent[0] : null;
  return { state: 'open', verdict: name, cause, culprit: named, sentence, final };
}

function causeOf(
  verdict: 'insufficient_data' | 'inconclusive' | 'invalid',
  silent: MetricObservation | undefined,
): Finding {
  if (verdict === 'invalid') return 'invalid';
  if (silent && silent.phase !== 'measured') return silent.phase;
  return verdict === 'inconclusive' ? 'undecided' : 'tooLittleTraffic';
}

/** A limit that the baseline breaks as well: the canary is not to blame for it. */
function isBaselineSick(
  culprit: string | null,
  specs: readonly SequentialMetricSpec[],
  tests: SequentialState,
): boolean {
  const max = specs.find(({ name }) => name === culprit)?.max;
  const state = culprit === null ? undefined : tests.metrics[culprit];
  return max !== undefined && state !== undefined && isSick(max, state);
}
