/** Durations in specifications: text in, milliseconds out. */

import { z } from 'zod';
import { parseDuration } from './duration.ts';

/** A duration in a specification: text in, milliseconds out. */
export const durationSchema = z
  .string()
  .transform((text, context) => {
    const ms = parseDuration(text);
    if (ms !== null) return ms;
    context.addIssue({
      code: 'custom',
      message: `"${text}" is no duration; write for example 30s, 10m, 1h30m or 2d (at most 366d)`,
    });
    return z.NEVER;
  })
  .meta({ description: 'A duration such as 30s, 10m, 1h30m or 2d', examples: ['10m'] });
