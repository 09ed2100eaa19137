/** Maintenance windows as a specification writes them: when production changes may start. */

import { z } from 'zod';
import { durationSchema } from '../duration-spec.ts';

/** What the closing of the window does to a rollout that is under way. */
export const closings = ['hold', 'continue', 'rollback'] as const;
export type Closing = (typeof closings)[number];

const minute = 60_000;
const longest = 31 * 86_400_000;

/** What can be said without a calendar; `calendar/problems.ts` reads rule and zone as well. */
export const windowSchema = z.strictObject({
  rrule: z
    .string()
    .min(1)
    .max(500)
    .describe('RFC 5545 recurrence of the openings, e.g. FREQ=WEEKLY;BYDAY=MO,TU;BYHOUR=9'),
  timezone: z.string().min(1).max(100).describe('IANA name, e.g. Europe/Berlin'),
  duration: durationSchema
    .refine((ms) => ms >= minute && ms <= longest, 'a window is open for 1m to 31d')
    .describe('How long it stays open, in time that passes'),
  from: z.iso
    .date('write the day as 2026-01-31')
    .optional()
    .describe('First day; what INTERVAL and COUNT count from'),
  onClose: z
    .enum(closings)
    .default('hold')
    .describe('What happens to a rollout under way when the window closes'),
});

/** Durations in milliseconds. */
export type Window = z.output<typeof windowSchema>;

/** Between two moments (epoch milliseconds) production changes may start. */
export interface Opening {
  from: number;
  to: number;
  /** Of the window that closes last. */
  onClose: Closing;
}

/** The opening at a moment (epoch milliseconds) or the next one after it; null: never again. */
export type OpeningAfter = (at: number) => Opening | null;

/** The first `count` openings that end after `at`. */
export function openingsFrom(openingAfter: OpeningAfter, at: number, count: number): Opening[] {
  const openings: Opening[] = [];
  for (let next = openingAfter(at); next && openings.length < count;) {
    openings.push(next);
    next = openingAfter(next.to);
  }
  return openings;
}
