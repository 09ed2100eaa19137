/** Settings and connection of the webhook notifier. */

import { z } from 'zod';
import { httpUrlSchema } from '../../http-settings.ts';

export const settingsSchema = z.strictObject({
  /** Events to tell of, e.g. `release.started` or `rollout.*`; all by default. */
  events: z
    .array(z.string().regex(/^[a-z_]+(\.[a-z_]+)*(\.\*)?$|^\*$/, 'write an event, or rollout.*'))
    .min(1)
    .optional(),
});
export type Settings = z.infer<typeof settingsSchema>;

export const connectionSchema = z.strictObject({
  url: httpUrlSchema,
  /** Both sides know it; with it every message is signed. */
  secret: z.string().min(16, 'must have at least 16 characters').optional(),
  /** Milliseconds until one message is given up. */
  timeoutMs: z.int().positive().default(10_000),
});
export type Connection = z.infer<typeof connectionSchema>;
