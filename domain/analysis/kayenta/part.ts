/** The Kayenta method on a running release: its score at every look, once there are enough points. */

import type { KayentaMetricSpec } from '../metric-spec.ts';
import type { JudgePart, Standing } from '../part.ts';
import { isUsable, valueOf } from '../samples.ts';
import type { AnalysisSettings } from '../spec.ts';
import type { Finding, MetricEvidence, MetricObservation, Sample } from '../verdict.ts';
import { judgeMetric, type MetricJudgement } from './metric.ts';
import { scoreMetrics } from './score.ts';

/** Values of both arms, one per interval; null is a missing value. */
interface Points {
  canary: (number | null)[];
  stable: (number | null)[];
  /** Why the last interval has none. */
  missing: MetricObservation | null;
}

/** By metric; JSON through and through. */
export type KayentaState = Record<string, Points>;

/** Points kept per arm: the newest, when a watch is longer. */
const mostPoints = 1000;

export function kayentaPart(
  metrics: readonly KayentaMetricSpec[],
  settings: AnalysisSettings['kayenta'],
): JudgePart<KayentaState> {
  return {
    start: () =>
      Object.fromEntries(
        metrics.map(({ name }) => [name, { canary: [], stable: [], missing: null }]),
      ),
    observe: (state, observation) =>
      Object.fromEntries(
        metrics.map((metric) => {
          return [
            metric.name,
            observe(metric, state[metric.name], observation.metrics[metric.name]),
          ];
        }),
      ),
    standing: (state) => standing(metrics, state, settings),
    evidence: (state) =>
      metrics.flatMap((metric) => {
        const points = state[metric.name];
        return points ? [evidenceOf(metric, points, settings.minPoints)] : [];
      }),
    remember: () => ({}),
  };
}

function observe(
  metric: KayentaMetricSpec,
  before: Points | undefined,
  seen: MetricObservation | undefined,
): Points {
  const { canary = [], stable = [] } = before ?? {};
  const measured = seen?.phase === 'measured' ? seen : { canary: null, stable: null };
  const add = (list: (number | null)[], sample: Sample | null) =>
    [...list, sample && isUsable(sample) ? valueOf(sample, metric.quantile) : null].slice(
      -mostPoints,
    );
  return {
    canary: add(canary, measured.canary),
    stable: add(stable, measured.stable),
    missing:
      seen?.phase === 'measured' ? null : (seen ?? { phase: 'noData', detail: 'not measured' }),
  };
}

function open(cause: Finding, culprit: string | null, sentence: string): Standing {
  const insufficient = cause === 'noData' || cause === 'tooLittleTraffic';
  const verdict = insufficient ? 'insufficient_data' : 'inconclusive';
  return { state: 'open', verdict, cause, culprit, sentence };
}

function standing(
  metrics: readonly KayentaMetricSpec[],
  state: KayentaState,
  settings: AnalysisSettings['kayenta'],
): Standing {
  for (const metric of metrics) {
    const points = state[metric.name];
    const seen = points ? fewer(points) : 0;
    if (points && seen >= settings.minPoints) continue;
    const cause = points?.missing?.phase ?? 'tooLittleTraffic';
    const told =
      points?.missing && 'detail' in points.missing ? `, last: ${points.missing.detail}` : '';
    const needs = `${seen} of the ${settings.minPoints} points that a score needs`;
    return open(
      cause === 'measured' ? 'noData' : cause,
      metric.name,
      `${metric.name}: ${needs}${told}`,
    );
  }
  const judged = metrics.map((metric) => {
    const { classification, critical } = judge(metric, state[metric.name]);
    const { muted } = metric.kayenta;
    return { name: metric.name, groups: metric.groups, classification, critical, muted };
  });
  const { score, verdict } = scoreMetrics(inGroups(judged), settings.groupWeights, settings);
  const culprit = judged.find(({ classification }) => classification !== 'Pass') ?? null;
  const worst = culprit ? `, ${culprit.name} is ${culprit.classification}` : '';
  const sentence = `score ${score} (pass ${settings.pass}, marginal ${settings.marginal})${worst}`;
  if (verdict === 'Pass') return { state: 'passed' };
  if (verdict === 'Fail') return { state: 'failed', culprit: culprit?.name ?? null, sentence };
  return open('undecided', culprit?.name ?? null, sentence);
}

/** A metric without groups is a group of its own kind: together they make up the score. */
function inGroups<T extends { groups: string[] }>(metrics: readonly T[]): T[] {
  return metrics.map((one) => (one.groups.length > 0 ? one : { ...one, groups: ['metrics'] }));
}

function known(list: readonly (number | null)[]): number {
  return list.filter((value) => value !== null).length;
}

function fewer({ canary, stable }: Points): number {
  return Math.min(known(canary), known(stable));
}

function withNaN(list: readonly (number | null)[] = []): number[] {
  return list.map((value) => value ?? Number.NaN);
}

function judge(metric: KayentaMetricSpec, points: Points | undefined): MetricJudgement {
  return judgeMetric(withNaN(points?.stable), withNaN(points?.canary), metric.kayenta);
}

function evidenceOf(metric: KayentaMetricSpec, points: Points, least: number): MetricEvidence {
  const { name } = metric;
  const numbers = {
    canary: points.canary.at(-1) ?? null,
    stable: points.stable.at(-1) ?? null,
    bound: null,
    requests: null,
  };
  if (points.missing && 'detail' in points.missing) {
    const { phase, detail } = points.missing;
    return { metric: name, finding: phase, ...numbers, sentence: `${name}: ${detail}` };
  }
  const seen = fewer(points);
  if (seen < least) {
    const sentence = `${name}: ${seen} of ${least} points`;
    return { metric: name, finding: 'tooLittleTraffic', ...numbers, sentence };
  }
  const { classification, deviation } = judge(metric, points);
  const finding = findingOf[classification];
  const times = Number.isFinite(deviation) ? `, mean ${deviation.toPrecision(3)} times stable` : '';
  return { metric: name, finding, ...numbers, sentence: `${name}: ${classification}${times}` };
}

const findingOf: Record<MetricJudgement['classification'], Finding> = {
  Pass: 'ok',
  High: 'breach',
  Low: 'breach',
  Nodata: 'noData',
  NodataFailMetric: 'noData',
  Error: 'undecided',
};
