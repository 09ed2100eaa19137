/** Spans of time in settings: a duration such as `10s`, or a plain number of seconds. */

import { z } from 'zod';
import { durationSchema } from '../domain/duration-spec.ts';

/** Milliseconds, at most a day. */
export const timeSpanSchema = z.union([
  z
    .number()
    .min(0)
    .max(86_400)
    .transform((seconds) => Math.round(seconds * 1000)),
  durationSchema.refine((ms) => ms <= 86_400_000, 'must be at most a day'),
]);
