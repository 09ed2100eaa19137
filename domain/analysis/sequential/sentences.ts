/** A verdict of the sequential method in one sentence a person understands. */

import { formatDuration } from '../../duration.ts';
import { formatValue } from '../sentences.ts';
import { directionOf } from './arms.ts';
import { shiftOf } from './gauge.ts';
import { hasPassed } from './metric.ts';
import type { MetricState } from './metric.ts';
import { metricNeeds } from './planning.ts';
import { rateOf } from './rate-bound.ts';
import type { SequentialMetric, SequentialSettings } from './settings.ts';
import type { SequentialState, SequentialVerdictName } from './state.ts';
import { isGappy } from './step.ts';

export function describeVerdict(
  verdict: SequentialVerdictName,
  metrics: readonly SequentialMetric[],
  state: SequentialState,
  settings: SequentialSettings,
): string {
  const open = metrics.flatMap((metric) => {
    const own = state.metrics[metric.name];
    return own && metric.gate && !hasPassed(own) ? [{ metric, own }] : [];
  });
  const [first] = open;
  if (verdict === 'invalid') return describeInvalid(metrics, state);
  if (verdict === 'fail') return describeFail(metrics, state);
  if (verdict === 'pass') return 'every regression beyond the margins is excluded';
  if (verdict === 'continue') {
    return first ? `not decided yet: ${describeNeed(first.metric, first.own, settings)}` : waiting;
  }
  if (!first) {
    const some = metrics.some(({ gate }) => gate);
    return some ? 'too little traffic to pass' : 'no metric has to pass, so nothing can be passed';
  }
  if (verdict === 'insufficient_data') {
    return `too little data to tell: ${describeNeed(first.metric, first.own, settings)}`;
  }
  const told = describeMetric(first.metric, first.own);
  return `neither a regression nor its absence is proven: ${told}`;
}

const waiting = 'every metric has passed; the step waits for its least time, traffic or data';

/** `errors: canary 2.1 % of 4310 requests, baseline 0.5 %`. */
export function describeMetric(metric: SequentialMetric, state: MetricState): string {
  if (metric.type === 'gauge') {
    const shift = state.gauge && shiftOf(state.gauge, directionOf(metric));
    const change = shift && (shift.logarithmic ? Math.expm1(shift.mean) : shift.mean);
    const worse = metric.direction === 'decrease' ? 'worse' : 'higher';
    return `${metric.name}: canary ${formatValue(change, 'ratio')} ${worse} than the baseline`;
  }
  const [process] = state.counts;
  if (!process) return `${metric.name}: nothing comparable was measured`;
  const { canary, baseline } = process.seen;
  const slow = metric.type === 'latency' ? ` slower than ${state.bounds?.[0]} ms` : '';
  const of = `of ${Math.round(canary.requests)} requests`;
  const other = metric.type === 'limit' ? `limit ${share(metric.max)}, ` : '';
  const compared = baseline.requests > 0 ? `baseline ${share(rateOf(baseline))}` : 'no baseline';
  return `${metric.name}: canary ${share(rateOf(canary))} ${of}${slow}, ${other}${compared}`;
}

/** What a metric that has not passed still needs, or where it stands. */
export function describeNeed(
  metric: SequentialMetric,
  state: MetricState,
  settings: SequentialSettings,
): string {
  const { seen, needs } = metricNeeds(metric, state, settings);
  if (metric.type === 'gauge') {
    return seen < needs.pass
      ? `${metric.name} needs ${needs.pass - seen} more points`
      : describeMetric(metric, state);
  }
  const missing = Math.max(0, needs.pass - seen);
  if (seen === 0) return `${metric.name} has no canary requests`;
  if (!Number.isFinite(missing) || missing === 0) return describeMetric(metric, state);
  const rounds = Math.max(1, state.counts[0]?.fail.rounds ?? 1);
  const time = formatDuration(Math.min(8.64e9, (missing / (seen / rounds)) * settings.interval));
  return `${metric.name} needs about ${missing} more canary requests, ${time} at the present traffic`;
}

function describeFail(metrics: readonly SequentialMetric[], state: SequentialState): string {
  const culprit = metrics.find(({ name }) => name === state.failed?.culprit);
  const own = culprit && state.metrics[culprit.name];
  if (!culprit || !own) return 'the metrics together prove a regression';
  const sick = culprit.type === 'limit' && isSick(culprit.max, own);
  const also = sick ? '; the baseline is above the limit as well' : '';
  return `a regression is proven: ${describeMetric(culprit, own)}${also}`;
}

/** True when the baseline is above the limit too. */
export function isSick(limit: number, state: MetricState): boolean {
  const [process] = state.counts;
  return process !== undefined && rateOf(process.seen.baseline) > limit;
}

function describeInvalid(metrics: readonly SequentialMetric[], state: SequentialState): string {
  const { alarm, canary, total, share: asked } = state.split;
  if (alarm) {
    const got = `${share(canary / total)} of ${Math.round(total)} requests`;
    return `the canary got ${got} instead of ${share(asked ?? 0)}: the arms are not comparable`;
  }
  const gaps = metrics.flatMap(({ name }) => {
    const step = state.metrics[name]?.step;
    return step && isGappy(step) ? [`${name} in ${step.missing} of ${step.intervals}`] : [];
  });
  return `too many intervals are missing: ${gaps.join(', ')}`;
}

function share(value: number): string {
  return formatValue(value, 'ratio');
}
