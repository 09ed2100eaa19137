/** Windows for scenes: opening so long from now, once a year, to the minute. */

import type { SpecInput } from '../../domain/spec.ts';
import { aSpec, aSpecInput } from './builders.ts';

type WindowInput = NonNullable<SpecInput['environments'][string]['window']>;

export const minute = 60_000;
export const day = 86_400_000;

/** The yearly rule of one moment (epoch milliseconds, whole minutes), in UTC. */
export function yearly(at: number): string {
  const time = new Date(at);
  const parts = {
    BYMONTH: time.getUTCMonth() + 1,
    BYMONTHDAY: time.getUTCDate(),
    BYHOUR: time.getUTCHours(),
    BYMINUTE: time.getUTCMinutes(),
  };
  const rule = Object.entries(parts).map(([key, value]) => `${key}=${value}`);
  return `FREQ=YEARLY;${rule.join(';')}`;
}

/** A window that opens at a moment, for so long. */
export function opening(at: number, change: Partial<WindowInput> = {}): WindowInput {
  return { rrule: yearly(at), timezone: 'UTC', duration: '2h', ...change };
}

/** The small specification with windows for its production environment `eu`. */
export function withWindows(...windows: WindowInput[]) {
  const { environments, ...rest } = aSpecInput();
  return aSpec({
    ...rest,
    environments: { ...environments, eu: { ...environments['eu']!, windows } },
  });
}
