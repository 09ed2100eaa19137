/** Action messages as they come in, from the API or typed by hand, made into our noun. */

import { ApplicationFailure, uuid4 } from '@temporalio/workflow';
import { z } from 'zod';
import type { ActionRequest } from '../domain/actions.ts';
import { durationSchema } from '../domain/duration-spec.ts';
import { channels, type Actor } from '../domain/release.ts';

// Made when a message comes: every workflow has schemas of its own, and most never get a message.

/** Who: a name typed by hand, or what the API knows. */
export const actorSchema = z.lazy(() =>
  z.union([
    z
      .string()
      .min(1)
      .max(200)
      .transform((id): Actor => ({ id, channel: 'temporal' })),
    z.strictObject({
      id: z.string().min(1).max(200),
      channel: z.enum(channels),
      roles: z.array(z.string().max(100)).max(50).optional(),
    }),
  ]),
);

const messageSchema = z.lazy(() =>
  z.strictObject({
    id: z.string().min(1).max(300).optional(),
    by: actorSchema.default({ id: 'unknown', channel: 'temporal' }),
    reason: z.string().max(2000).nullish(),
    environment: z.string().max(63).nullish(),
    full: z.boolean().default(false),
    step: z.number().int().min(1).nullish(),
    force: z.boolean().default(false),
    for: z.union([durationSchema, z.number().int().min(1)]).nullish(),
  }),
);

/** @throws ApplicationFailure request_invalid, with every field that is wrong */
export function parseMessage<T>(schema: z.ZodType<T>, message: unknown): T {
  const result = schema.safeParse(message ?? {});
  if (result.success) return result.data;
  const text = `the message is not valid: ${z.prettifyError(result.error)}`;
  throw ApplicationFailure.nonRetryable(text, 'request_invalid');
}

/**
 * Parses a message. Nothing at all is a valid message from Temporal Web UI: everything has a
 * default.
 * @throws ApplicationFailure request_invalid
 */
export function parseActionMessage(message: unknown): ActionRequest {
  const parsed = parseMessage(messageSchema, message);
  const { id, by, reason, environment, full, step, force, for: ms } = parsed;
  return {
    id: id ?? uuid4(),
    by,
    reason: reason ?? null,
    environment: environment ?? null,
    full,
    step: step ?? null,
    ...(force ? { force } : {}),
    ...(ms == null ? {} : { for: ms }),
  };
}
