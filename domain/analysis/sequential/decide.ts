/** The verdict at one look: the first rule that applies (statistics b10). */

import { combine } from './combine.ts';
import type { Combined } from './combine.ts';
import { evidenceOf, hasPassed } from './metric.ts';
import type { MetricState } from './metric.ts';
import { metricNeeds } from './planning.ts';
import { describeVerdict } from './sentences.ts';
import type { SequentialMetric, SequentialSettings } from './settings.ts';
import type { SequentialState, SequentialVerdict, SequentialVerdictName } from './state.ts';
import { isGappy } from './step.ts';

/** invalid → fail → pass → continue → at the deadline invalid, insufficient_data or inconclusive. */
export function decide(
  metrics: readonly SequentialMetric[],
  state: SequentialState,
  elapsed: number,
  settings: SequentialSettings,
): SequentialVerdict {
  const verdict = nameVerdict(metrics, state, elapsed, settings);
  const evidence = metrics.map((metric) => {
    const own = state.metrics[metric.name];
    return [metric.name, own ? evidenceOf(metric, own) : { fail: 0, pass: 0 }];
  });
  return {
    verdict,
    look: state.looks,
    logEvidence: Object.fromEntries(evidence),
    combined: combinedEvidence(metrics, state).log,
    threshold: failThreshold(settings),
    culprit: verdict === 'fail' ? (state.failed?.culprit ?? null) : null,
    sentence: describeVerdict(verdict, metrics, state, settings),
  };
}

/** ln(1/α); each restart halved α, so that all restarts together keep it. */
export function failThreshold(settings: SequentialSettings): number {
  return settings.restarts * Math.LN2 - Math.log(settings.falseAlarm);
}

/** Metrics without data count as E = 1. */
export function combinedEvidence(
  metrics: readonly SequentialMetric[],
  state: SequentialState,
): Combined {
  const logs = metrics.map((metric) => {
    const own = state.metrics[metric.name];
    return own ? evidenceOf(metric, own).fail : 0;
  });
  return combine(metrics, logs);
}

function nameVerdict(
  metrics: readonly SequentialMetric[],
  state: SequentialState,
  elapsed: number,
  settings: SequentialSettings,
): SequentialVerdictName {
  const gates = metrics.flatMap((metric) => {
    const own = state.metrics[metric.name];
    return metric.gate && own ? [{ metric, own }] : [];
  });
  if (state.split.alarm) return 'invalid';
  if (state.failed) return 'fail';
  const busy = gates.every(({ metric, own }) => hasTraffic(metric, own, settings));
  const gappy = gates.some(({ own }) => isGappy(own.step));
  const passed = gates.length > 0 && gates.every(({ own }) => hasPassed(own));
  if (passed && busy && !gappy && elapsed >= settings.minDuration) return 'pass';
  if (elapsed < settings.maxDuration) return 'continue';
  if (gappy) return 'invalid';
  const open = gates.filter(({ own }) => !hasPassed(own));
  const blind = open.some(({ metric, own }) => sawTooLittle(metric, own, settings));
  return blind || !busy ? 'insufficient_data' : 'inconclusive';
}

function hasTraffic(
  metric: SequentialMetric,
  own: MetricState,
  settings: SequentialSettings,
): boolean {
  if (metric.type === 'gauge') return true;
  if (own.step.canary < settings.minRequests) return false;
  return metric.type === 'limit' || own.step.baseline >= settings.minRequests;
}

function sawTooLittle(
  metric: SequentialMetric,
  own: MetricState,
  settings: SequentialSettings,
): boolean {
  const { seen, needs } = metricNeeds(metric, own, settings);
  return seen < needs.fail;
}
