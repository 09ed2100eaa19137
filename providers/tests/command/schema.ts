/** Settings of a test command, and what the worker adds to them. */

import { z } from 'zod';
import { durationSchema } from '../../../domain/duration-spec.ts';
import { commandSchema, environmentSchema } from '../../run-command.ts';

export const settingsSchema = z.strictObject({
  command: commandSchema,
  /** Folder on the worker; its own by default. */
  cwd: z.string().min(1).optional(),
  env: environmentSchema.default({}),
  /** Where the command writes JUnit reports: patterns relative to `cwd`. */
  junit: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .transform((patterns) => [patterns].flat())
    .optional(),
  timeout: durationSchema.prefault('15m'),
});
export type Settings = z.infer<typeof settingsSchema>;

export const connectionSchema = z.strictObject({
  /** Secrets the command needs; they are masked in its log. */
  env: environmentSchema.default({}),
});
export type Connection = z.infer<typeof connectionSchema>;
