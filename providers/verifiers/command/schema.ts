/** Settings of a verification command, and what the worker adds to them. */

import { z } from 'zod';
import { durationSchema } from '../../../domain/duration-spec.ts';
import { commandSchema, environmentSchema } from '../../run-command.ts';

export const settingsSchema = z.strictObject({
  /** May hold `{{version}}`, `{{artifact}}`, `{{commit}}` and `{{repository}}`. */
  command: commandSchema,
  /** Folder on the worker; its own by default. */
  cwd: z.string().min(1).optional(),
  env: environmentSchema.default({}),
  timeout: durationSchema.prefault('1m'),
});
export type Settings = z.infer<typeof settingsSchema>;

export const connectionSchema = z.strictObject({
  /** Secrets the command needs; they are masked in its log. */
  env: environmentSchema.default({}),
});
export type Connection = z.infer<typeof connectionSchema>;
