/** Requests for holds as they come in, from the API or typed by hand, made into our noun. */

import { z } from 'zod';
import { freezeSchema } from '../domain/calendar/freeze-spec.ts';
import type { HoldRequest } from '../domain/calendar/hold.ts';
import { actorSchema, parseMessage } from './action-message.ts';
import type { UnholdRequest } from './messages.ts';

const holdSchema = z.lazy(() => {
  const time = z.iso.datetime({ offset: true, error: 'write a time as 2026-11-27T00:00:00Z' });
  const { environments, labels } = freezeSchema.shape;
  return z.strictObject({
    kind: z.enum(['hold', 'freeze']).default('hold'),
    by: actorSchema,
    reason: z.string().min(1).max(2000),
    from: time.nullable().default(null),
    to: time,
    environments,
    labels,
  });
});

const unholdSchema = z.lazy(() =>
  z.strictObject({
    id: z.string().min(1).max(100),
    by: actorSchema,
    reason: z.string().max(2000).nullable().default(null),
  }),
);

/** @throws ApplicationFailure request_invalid */
export function parseHold(message: unknown): HoldRequest {
  return parseMessage(holdSchema, message);
}

/** @throws ApplicationFailure request_invalid */
export function parseUnhold(message: unknown): UnholdRequest {
  return parseMessage(unholdSchema, message);
}
