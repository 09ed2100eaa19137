/** What a metric command may be, and what the worker adds to it. */

import { z } from 'zod';
import { environmentSchema } from '../../run-command.ts';

/** The specification has nothing to say: commands come with the metrics. */
export const settingsSchema = z.strictObject({});
export type Settings = z.infer<typeof settingsSchema>;

export const connectionSchema = z.strictObject({
  /** Secrets the command needs; they are masked in its log. */
  env: environmentSchema.default({}),
  /** Folder on the worker; its own by default. */
  cwd: z.string().min(1).optional(),
  /** Milliseconds until the command is killed. */
  timeoutMs: z.int().positive().default(10_000),
});
export type Connection = z.infer<typeof connectionSchema>;

/** Text only: YAML takes an unquoted version 1.10 for the number 1.1. */
const wordSchema = z.string('must be text: put it in quotes');

/** Program and arguments, run without a shell. */
export const querySchema = z.tuple(
  [wordSchema.min(1)],
  wordSchema,
  'must be a list: the program, then its arguments',
);
