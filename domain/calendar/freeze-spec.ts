/** Freezes as users write them: dated stops of production changes, and which environments they bind. */

import { z } from 'zod';

const timePattern = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})?)?$/;

const timeSchema = z
  .string()
  .regex(timePattern, 'write 2026-12-24 or 2026-12-24T18:00, with Z or +01:00 where you mean it');

/** Labels of environments: short names and values, compared as they are. */
export const labelsSchema = z.record(z.string().min(1).max(63), z.string().max(63));
export type Labels = z.output<typeof labelsSchema>;

/** Which environments a stop binds: all, those named, those with all these labels; both restrict. */
const scopeShape = {
  environments: z.array(z.string().min(1).max(63)).min(1).max(1000).optional(),
  labels: labelsSchema.optional(),
};

/** A freeze as a specification writes it; `calendar/freezes.ts` turns its times into moments. */
export const freezeSchema = z.strictObject({
  name: z.string().min(1).max(100).describe('What people call it, e.g. Christmas'),
  from: timeSchema.describe('First day, or time'),
  to: timeSchema.describe('Last day (it counts), or time'),
  timezone: z.string().min(1).max(100).default('UTC').describe('Of times without an offset'),
  reason: z.string().max(500).optional(),
  environments: scopeShape.environments.describe('Only these; without, all of production'),
  labels: scopeShape.labels.describe('Only environments with all of these labels'),
});
export type Freeze = z.output<typeof freezeSchema>;
