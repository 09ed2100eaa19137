/** Settings of the HTTP check: the request, and what its answer must be like. */

import { z } from 'zod';
import { durationSchema } from '../../../domain/duration-spec.ts';
import { headerValueSchema } from '../../http-settings.ts';

/** Placeholders are filled in later, so an address that holds some cannot be judged yet. */
const urlSchema = z
  .string()
  .refine(
    (text) => text.startsWith('/') || text.includes('{{') || /^https?:\/\/./.test(text),
    'must be an http or https URL, or a path at the candidate such as /health',
  );

const statusSchema = z.int().min(100).max(599);

const expectSchema = z.strictObject({
  status: z.union([statusSchema, z.array(statusSchema).min(1)]).default(200),
  body: z.strictObject({ contains: z.string().min(1) }).optional(),
  /** By JSON pointer (`/items/0/id`) or dotted path (`items.0.id`): the value that must be there. */
  json: z.record(z.string(), z.unknown()).default({}),
  /** Milliseconds the answer may take. */
  maxMs: z.number().positive().optional(),
});
export type Expectations = z.infer<typeof expectSchema>;

export const settingsSchema = z.strictObject({
  url: urlSchema,
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
  headers: z.record(z.string(), headerValueSchema).default({}),
  body: z.string().optional(),
  expect: expectSchema.prefault({}),
  /** How often it is tried until it passes. */
  attempts: z.int().min(1).max(100).default(1),
  /** Between two attempts. */
  pause: durationSchema.prefault('1s'),
  /** Per attempt. */
  timeout: durationSchema.prefault('10s'),
});
export type Settings = z.infer<typeof settingsSchema>;

export const connectionSchema = z.strictObject({
  /** Sent with every request, e.g. a token for the smoke test's user. */
  headers: z.record(z.string(), headerValueSchema).default({}),
});
export type Connection = z.infer<typeof connectionSchema>;
