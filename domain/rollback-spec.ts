/** The `rollback` part of a specification: where it goes, how far, how it is verified and rehearsed. */

import { z } from 'zod';
import { durationSchema } from './duration-spec.ts';

const duration = (fallback: string) => durationSchema.prefault(fallback);

const verifySchema = z
  .strictObject({
    for: duration('1m').describe('So long the version that has all traffic again is watched'),
    max: duration('5m').describe('What cannot be told until then is said, and the watch ends'),
  })
  .refine((verify) => verify.for <= verify.max, {
    path: ['max'],
    message: 'must not be below `for`',
  });

export const rollbackSchema = z.strictObject({
  to: z
    .string()
    .regex(/^(?:last-good|version:.+)$/, 'write `last-good` or `version:NAME`')
    .default('last-good')
    .describe('The designated version'),
  scope: z.enum(['environment', 'wave', 'release']).default('release'),
  deadline: duration('10m').describe('After this a rollback pages, and keeps trying'),
  verify: z
    .union([verifySchema, z.literal(false)])
    .prefault({})
    .describe('The watch by metrics once traffic is back; false: none'),
  rehearse: z
    .boolean()
    .default(false)
    .describe('Staging goes back to the designated version and forward again before production'),
});

/** How the version that traffic went back to is watched, in milliseconds. */
export type Verification = z.output<typeof verifySchema>;
