/** Settings of the process target, and what it remembers of a version it started. */

import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { fillTemplate } from '../../../domain/template.ts';
import { timeSpanSchema } from '../../time-settings.ts';

const readySchema = z.strictObject({
  /** Asked with GET until it answers `status`. */
  path: z.string().regex(/^\//, 'must start with /').default('/'),
  status: z.int().min(100).max(599).default(200),
  /** How long a version may take to become ready. Milliseconds here. */
  timeout: timeSpanSchema.default(30_000),
});

/** What `{{…}}` may stand for in commands, directories and environment variables. */
export const placeholders = [
  'artifact',
  'version',
  'port',
  'application',
  'environment',
  'config',
] as const;

const textSchema = z.string().superRefine((text, context) => {
  const known = Object.fromEntries(placeholders.map((name) => [name, '']));
  fillTemplate(text, known, (name) => {
    const message = `{{${name}}} stands for nothing; there are: ${placeholders.join(', ')}`;
    context.addIssue({ code: 'custom', message });
  });
});

export const settingsSchema = z.strictObject({
  /** Program and arguments, run without a shell; with placeholders. */
  command: z.array(textSchema).min(1),
  /** Directory it runs in, and that relative artefact paths start from; the worker's by default. */
  cwd: textSchema.min(1).optional(),
  /** Environment variables, with placeholders. Never secrets: those belong to the connection. */
  env: z.record(z.string(), textSchema).default({}),
  ready: readySchema.prefault({}),
  /** How long a version may take to finish requests in flight. Milliseconds here. */
  stopGrace: timeSpanSchema.default(10_000),
});
export type ProcessSettings = z.infer<typeof settingsSchema>;

export const connectionSchema = z.strictObject({
  /** Where state and logs of versions are kept; workers of one machine share it. */
  directory: z
    .string()
    .min(1)
    .default(defaultDirectory)
    .transform((path) => resolve(path)),
  /** Environment variables of every version, for what must not be in a specification. */
  env: z.record(z.string(), z.string()).default({}),
});
export type ProcessConnection = z.infer<typeof connectionSchema>;

export const recordSchema = z.object({
  application: z.string(),
  environment: z.string(),
  version: z.string(),
  artifact: z.string(),
  config: z.string().optional(),
  port: z.int(),
  ready: readySchema.extend({ timeout: z.number() }),
  stopGrace: z.number(),
  /** How it was started, placeholders and all, to start it again without a specification. */
  launch: z.object({
    command: z.array(z.string()),
    cwd: z.string(),
    env: z.record(z.string(), z.string()),
  }),
  /** True once it has been ready; from then on a failed call does not end it. */
  wasReady: z.boolean(),
});
/** One version that was started, or is about to be. */
export type VersionRecord = z.infer<typeof recordSchema>;

function defaultDirectory(): string {
  return join(tmpdir(), `crescendo-processes-${userInfo().uid}`);
}
