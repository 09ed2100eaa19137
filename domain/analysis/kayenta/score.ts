/** Kayenta's score: classified metrics, in weighted groups, to one number and its verdict. */

import type { Classification } from './metric.ts';

export interface ScoredMetric {
  name: string;
  /** A metric counts in each of its groups. */
  groups: readonly string[];
  classification: Classification;
  /** As the judge of the metric set it: this metric alone decides unless it passed. */
  critical: boolean;
  /** Left out of everything. */
  muted: boolean;
}

export interface ScoreThresholds {
  pass: number;
  marginal: number;
}

export interface Score {
  /** Usually 0 to 100, two decimals; weights that do not add up to 100 are not corrected. */
  score: number;
  /** 0 also for a group without data, which counts as 100 in the score. */
  groupScores: Record<string, number>;
  verdict: 'Pass' | 'Marginal' | 'Fail';
}

const judged: ReadonlySet<Classification> = new Set(['Pass', 'High', 'Low', 'NodataFailMetric']);
/** From this percentage of metrics without data on, nothing is believed. */
const tooManyWithoutData = 50;

/** Weights in percent by group; groups without one share what is left to 100 equally. */
export function scoreMetrics(
  metrics: readonly ScoredMetric[],
  weights: Readonly<Record<string, number>>,
  thresholds: ScoreThresholds,
): Score {
  const heard = metrics.filter(({ muted }) => !muted);
  const groups = groupScores(heard);
  const shown = [...groups].map(([name, score]) => [name, score ?? 0] as const);
  const score = isRefused(heard) ? 0 : roundHalfUp(weightedSum(groups, weights));
  return { score, groupScores: Object.fromEntries(shown), verdict: verdictFor(score, thresholds) };
}

/** Share of passed metrics by group, in percent; null for a group without data. */
function groupScores(metrics: readonly ScoredMetric[]): Map<string, number | null> {
  const labels = new Map<string, Classification[]>();
  for (const { groups, classification } of metrics) {
    for (const group of groups) {
      labels.set(group, [...(labels.get(group) ?? []), classification]);
    }
  }
  return new Map([...labels].map(([group, found]) => [group, groupScore(found)]));
}

function groupScore(labels: readonly Classification[]): number | null {
  const total = labels.filter((label) => judged.has(label)).length;
  const passed = labels.filter((label) => label === 'Pass').length;
  return total === 0 ? null : (passed / total) * 100;
}

function weightedSum(
  groups: ReadonlyMap<string, number | null>,
  weights: Readonly<Record<string, number>>,
): number {
  const given = new Map(Object.entries(weights));
  const spent = [...given.values()].reduce((sum, weight) => sum + weight, 0);
  const unweighted = [...groups.keys()].filter((group) => !given.has(group)).length;
  let sum = 0;
  for (const [group, score] of groups) {
    const weight = given.get(group) ?? (100 - spent) / unweighted;
    sum += (score ?? 100) * (weight / 100);
  }
  return sum;
}

/** A critical metric that did not pass, or too little data, outweighs everything. */
function isRefused(metrics: readonly ScoredMetric[]): boolean {
  if (metrics.some(({ critical, classification }) => critical && classification !== 'Pass')) {
    return true;
  }
  const without = metrics.filter(({ classification }) => classification === 'Nodata').length;
  return (without / metrics.length) * 100 >= tooManyWithoutData;
}

function verdictFor(score: number, { pass, marginal }: ScoreThresholds): Score['verdict'] {
  if (score >= pass) return 'Pass';
  return score >= marginal ? 'Marginal' : 'Fail';
}

/** Two decimals, halves away from zero, judged by the digits one would write down. */
function roundHalfUp(value: number): number {
  if (Math.abs(value) < 1e-6) return 0;
  const [whole = '0', fraction = ''] = String(Math.abs(value)).split('.');
  const hundredths = BigInt(whole + fraction.slice(0, 2).padEnd(2, '0'));
  const up = (fraction[2] ?? '0') >= '5' ? 1n : 0n;
  return (Math.sign(value) * Number(hundredths + up)) / 100;
}
