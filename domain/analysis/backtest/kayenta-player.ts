/** Kayenta's judge on a recording: points of both arms, judged once or again and again. */

import { judgeMetric } from '../kayenta/metric.ts';
import { scoreMetrics, type ScoreThresholds } from '../kayenta/score.ts';
import type { KayentaSettings } from '../kayenta/settings.ts';
import type { SequentialMetric } from '../sequential/settings.ts';
import type { Played } from './play.ts';
import { pointsOf, quantileOf, type Point } from './points.ts';
import type { Recording } from './recording.ts';

export interface KayentaPolicy {
  /** Milliseconds that one point stands for. */
  step: number;
  /** Milliseconds between two judgements on all that was seen so far; null: once, at the end. */
  every: number | null;
  /** Milliseconds before the first judgement. */
  after: number;
  /** Milliseconds after which the last one is made, if the recording is not over before. */
  until: number | null;
  config: KayentaSettings;
  thresholds: ScoreThresholds;
}

/** A score at or below `marginal` stops at once; the last one has to reach `pass`. */
export function playKayenta(recording: Recording, policy: KayentaPolicy): Played {
  const { metrics, observations, settings } = recording;
  const width = Math.max(1, Math.round(policy.step / settings.interval));
  const points = metrics.map((metric) => ({
    metric,
    points: pointsOf(observations, metric, quantileOf(metric, 0.99), width),
  }));
  const count = points[0]?.points.length ?? 0;
  const judgements = whenJudged(policy, count);
  for (const size of judgements) {
    const at = points[0]?.points[size - 1]?.at ?? 0;
    const score = scoreOf(points, size, policy);
    const last = size === judgements.at(-1);
    if (score <= policy.thresholds.marginal) return { failedAt: at, passedAt: null };
    if (last && score < policy.thresholds.pass) return { failedAt: at, passedAt: null };
    if (last) return { failedAt: null, passedAt: at };
  }
  return { failedAt: null, passedAt: null };
}

/** Numbers of points at which it judges, rising. */
function whenJudged({ step, every, after, until }: KayentaPolicy, count: number): number[] {
  const last = until === null ? count : Math.min(count, Math.floor(until / step));
  if (last < 1) return [];
  if (every === null) return [last];
  const first = Math.max(1, Math.ceil(Math.max(after, every) / step));
  const stride = Math.max(1, Math.round(every / step));
  const sizes: number[] = [];
  for (let size = first; size < last; size += stride) sizes.push(size);
  return [...sizes, last];
}

function scoreOf(
  all: readonly { metric: SequentialMetric; points: readonly Point[] }[],
  size: number,
  { config, thresholds }: KayentaPolicy,
): number {
  const judged = all.map(({ metric, points }) => {
    const seen = points.slice(0, size);
    const { classification, critical } = judgeMetric(
      seen.map(({ baseline }) => baseline ?? Number.NaN),
      seen.map(({ canary }) => canary ?? Number.NaN),
      { ...config, direction: directionOf(metric, config.direction) },
    );
    return { name: metric.name, groups: ['all'], classification, critical, muted: config.muted };
  });
  return scoreMetrics(judged, {}, thresholds).score;
}

/** The recording knows which change of a metric is worse. */
function directionOf(metric: SequentialMetric, asked: KayentaSettings['direction']) {
  return asked === 'either' && 'direction' in metric ? metric.direction : asked;
}
