/** How a policy did over many recordings: what it found, what it feared, and how soon. */

import { normalQuantile } from '../numbers/normal.ts';
import { harmed } from './harm.ts';
import type { Played } from './play.ts';
import type { Recording } from './recording.ts';

/** One recording under one policy. */
export interface Outcome extends Played {
  id: string;
  bad: boolean;
  /** Index of the interval in which the regression began; 0 for a good one. */
  from: number;
  /** Milliseconds from the regression's begin to the alarm; null: not found, or not bad. */
  delay: number | null;
  /** Requests harmed until the alarm, or to the end; 0 for a good one. */
  harmed: number;
  /** Milliseconds of one interval. */
  interval: number;
}

/** A share with its 95 % interval; all null where there was nothing to count. */
export interface Share {
  count: number;
  of: number;
  share: number | null;
  low: number | null;
  high: number | null;
}

export interface Summary {
  policy: string;
  good: number;
  bad: number;
  /** Of the alarms, those for a regression that had begun. */
  precision: Share;
  /** Of the bad, those that were stopped after the regression began. */
  recall: Share;
  /** Of the good, those that were stopped. */
  falseAlarms: Share;
  /** Of the bad, those that passed after the regression began and before an alarm. */
  falsePasses: Share;
  /** Of the good, those that passed. */
  promoted: Share;
  /** Milliseconds; a regression that was not found takes for ever, which null stands for. */
  delay: { median: number | null; p90: number | null };
  /** Requests harmed, all bad releases together, and on average. */
  harmed: { total: number; mean: number | null };
}

/** Judged by `played`, seen by somebody who knows the label. */
export function outcomeOf(recording: Recording, played: Played): Outcome {
  const { id, label, settings, observations } = recording;
  const { failedAt } = played;
  const found = label.bad && failedAt !== null && failedAt >= label.from;
  return {
    ...played,
    id,
    bad: label.bad,
    from: label.from,
    delay: found ? (failedAt - label.from + 1) * settings.interval : null,
    harmed: label.bad ? harmed(recording, label.from, failedAt ?? observations.length - 1) : 0,
    interval: settings.interval,
  };
}

export function summarise(policy: string, outcomes: readonly Outcome[]): Summary {
  const good = outcomes.filter(({ bad }) => !bad);
  const bad = outcomes.filter((one) => one.bad);
  const alarms = outcomes.filter(({ failedAt }) => failedAt !== null);
  const found = bad.filter(({ delay }) => delay !== null);
  const total = bad.reduce((sum, one) => sum + one.harmed, 0);
  return {
    policy,
    good: good.length,
    bad: bad.length,
    precision: shareOf(found.length, alarms.length),
    recall: shareOf(found.length, bad.length),
    falseAlarms: shareOf(good.filter(({ failedAt }) => failedAt !== null).length, good.length),
    falsePasses: shareOf(bad.filter(passedWrongly).length, bad.length),
    promoted: shareOf(good.filter(({ passedAt }) => passedAt !== null).length, good.length),
    delay: { median: delayAt(bad, 0.5), p90: delayAt(bad, 0.9) },
    harmed: { total, mean: bad.length > 0 ? total / bad.length : null },
  };
}

function passedWrongly({ from, passedAt, failedAt }: Outcome): boolean {
  return passedAt !== null && passedAt >= from && (failedAt === null || passedAt < failedAt);
}

/** The delay within which so many of the bad were found. */
function delayAt(bad: readonly Outcome[], quantile: number): number | null {
  const sorted = bad.map(({ delay }) => delay ?? Infinity).toSorted((a, b) => a - b);
  const value = sorted[Math.ceil(quantile * sorted.length) - 1] ?? Infinity;
  return Number.isFinite(value) ? value : null;
}

/** `count` of `of`, with Wilson's interval: right also for few, and for none. */
export function shareOf(count: number, of: number): Share {
  if (of === 0) return { count, of, share: null, low: null, high: null };
  const share = count / of;
  const z = normalQuantile(0.975);
  const centre = (share + (z * z) / (2 * of)) / (1 + (z * z) / of);
  const reach =
    (z / (1 + (z * z) / of)) * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  // At the ends it is exact; rounding must not say otherwise.
  const low = count === 0 ? 0 : centre - reach;
  const high = count === of ? 1 : centre + reach;
  return { count, of, share, low, high };
}
