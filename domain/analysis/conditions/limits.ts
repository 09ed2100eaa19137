/** From many measurements to one phase: counts and limits that mean what their names say. */

import { z } from 'zod';
import type { Phase } from './phase.ts';

const whole = z.number().int();

export const limitsSchema = z
  .strictObject({
    count: whole
      .min(1)
      .optional()
      .describe('Measurements to take; without it, as many as there are. Errors do not count'),
    failureLimit: whole
      .min(-1)
      .default(0)
      .describe('Failed measurements that are put up with; one more fails. -1: any number'),
    inconclusiveLimit: whole
      .min(0)
      .default(0)
      .describe('Inconclusive measurements that are put up with; one more is inconclusive'),
    consecutiveErrorLimit: whole
      .min(0)
      .default(4)
      .describe('Errors in a row that are put up with; one more is an error'),
    consecutiveSuccessLimit: whole
      .min(0)
      .default(0)
      .describe('Successes in a row that are needed, and enough; 0: no such rule'),
    noData: z
      .enum(['fail', 'wait', 'inconclusive'])
      .default('wait')
      .describe('What a measurement without data counts as; `wait`: as if it had not been taken'),
  })
  .refine((limits) => limits.failureLimit >= 0 || limits.consecutiveSuccessLimit > 0, {
    path: ['failureLimit'],
    message:
      'without it nothing could fail: set `consecutiveSuccessLimit`, or a limit of 0 or more',
  });

export type Limits = z.output<typeof limitsSchema>;

/** How one measurement ended, and why where that is worth saying. */
export interface Measurement {
  phase: Phase | 'noData';
  detail?: string;
}

/** JSON through and through, so that it can travel. */
export interface Tally {
  successful: number;
  failed: number;
  inconclusive: number;
  withoutData: number;
  successesInARow: number;
  errorsInARow: number;
  /** The detail of the last measurement that had one. */
  detail: string | null;
}

export interface Decision {
  phase: Phase;
  /** One sentence without a full stop. */
  reason: string;
}

export const noMeasurements: Tally = {
  successful: 0,
  failed: 0,
  inconclusive: 0,
  withoutData: 0,
  successesInARow: 0,
  errorsInARow: 0,
  detail: null,
};

/** The tally with one more measurement. */
export function tally(before: Tally, measurement: Measurement, { noData }: Limits): Tally {
  const detail = measurement.detail ?? before.detail;
  if (measurement.phase === 'noData') {
    const next = { ...before, withoutData: before.withoutData + 1, detail };
    return noData === 'wait' ? next : count(next, noData === 'fail' ? 'failed' : noData);
  }
  return count({ ...before, detail }, measurement.phase);
}

function count(before: Tally, phase: Phase): Tally {
  if (phase === 'error') {
    return { ...before, successesInARow: 0, errorsInARow: before.errorsInARow + 1 };
  }
  return {
    ...before,
    [phase]: before[phase] + 1,
    successesInARow: phase === 'successful' ? before.successesInARow + 1 : 0,
    errorsInARow: 0,
  };
}

/** What the tally decides so far; null when further measurements are needed. */
export function decide(seen: Tally, limits: Limits): Decision | null {
  const exceeded = exceededLimit(seen, limits);
  if (exceeded) return exceeded;
  const { consecutiveSuccessLimit } = limits;
  if (consecutiveSuccessLimit > 0 && seen.successesInARow >= consecutiveSuccessLimit) {
    return { phase: 'successful', reason: `${consecutiveSuccessLimit} successes in a row` };
  }
  if (limits.count === undefined || taken(seen) < limits.count) return null;
  return settle(seen, limits);
}

/** The decision when no further measurement will be taken: never success on nothing. */
export function conclude(seen: Tally, limits: Limits): Decision {
  const decided = decide(seen, limits);
  if (decided) return decided;
  if (limits.count === undefined) return settle(seen, limits);
  const reason = `ended after ${taken(seen)} of ${measurements(limits.count)}`;
  return { phase: 'inconclusive', reason: withDetail(reason, seen) };
}

/** Only one limit can be exceeded at a time, as the tally is looked at after every measurement. */
function exceededLimit(seen: Tally, limits: Limits): Decision | null {
  const errors = seen.errorsInARow === 1 ? 'error' : 'errors in a row';
  const rules = [
    ['failed', seen.failed, 'failed', 'failureLimit'],
    ['inconclusive', seen.inconclusive, 'inconclusive', 'inconclusiveLimit'],
    ['error', seen.errorsInARow, errors, 'consecutiveErrorLimit'],
  ] as const;
  for (const [phase, found, words, name] of rules) {
    const limit = limits[name];
    if (limit < 0 || found <= limit) continue;
    return { phase, reason: withDetail(`${found} ${words}, ${name} is ${limit}`, seen) };
  }
  return null;
}

/** All measurements are in, and no limit was exceeded. */
function settle(seen: Tally, { consecutiveSuccessLimit }: Limits): Decision {
  const inconclusive = (reason: string): Decision => {
    return { phase: 'inconclusive', reason: withDetail(reason, seen) };
  };
  if (taken(seen) === 0) return inconclusive('nothing was measured');
  if (seen.successful === 0) return inconclusive(`none of ${measurements(taken(seen))} succeeded`);
  if (consecutiveSuccessLimit > 0) {
    const short = `never ${consecutiveSuccessLimit} successes in a row`;
    return inconclusive(`${short} in ${measurements(taken(seen))}`);
  }
  const reason = `no limit exceeded in ${measurements(taken(seen))}`;
  return { phase: 'successful', reason };
}

/** Errors, and missing data that is waited for, are not measurements taken. */
function taken({ successful, failed, inconclusive }: Tally): number {
  return successful + failed + inconclusive;
}

function measurements(count: number): string {
  return count === 1 ? '1 measurement' : `${count} measurements`;
}

function withDetail(reason: string, { withoutData, detail }: Tally): string {
  const missing = withoutData > 0 ? `, ${withoutData} without data` : '';
  return `${reason}${missing}${detail === null ? '' : `; last: ${detail}`}`;
}
