/** What the routes of holds and freezes take and answer. */

import { z } from 'zod';
import { freezeSchema } from '../../domain/calendar/freeze-spec.ts';
import type { Hold } from '../../domain/calendar/hold.ts';
import type { OverrideRecord } from '../../domain/calendar/override.ts';
import { durationSchema } from '../../domain/duration-spec.ts';
import { reasonSchema } from '../releases/releases.schemas.ts';
import { describes, limitSchema } from '../schemas.ts';

const longest = 30 * 86_400_000;
const { environments, labels } = freezeSchema.shape;

export const holdBody = z.strictObject({
  reason: reasonSchema,
  for: durationSchema
    .prefault('4h')
    .refine((ms) => ms > 0 && ms <= longest, 'a hold lasts up to 30d')
    .describe('How long it lasts when nobody lifts it'),
  environments,
  labels,
});
export type HoldBody = z.output<typeof holdBody>;

export const freezeBody = freezeSchema
  .omit({ name: true, reason: true })
  .extend({ reason: reasonSchema });
export type FreezeBody = z.output<typeof freezeBody>;

export const liftBody = z.strictObject({ reason: reasonSchema.optional() }).prefault({});
export type LiftBody = z.output<typeof liftBody>;

const actorSchema = z.looseObject({ id: z.string(), channel: z.string() });

export const holdAnswer = describes<Hold>()(
  z
    .looseObject({
      id: z.string().describe('For example hold-3; all-3 when it is over all applications'),
      kind: z.enum(['hold', 'freeze']),
      by: actorSchema,
      reason: z.string(),
      from: z.string().describe('ISO 8601'),
      to: z.string().describe('ISO 8601'),
    })
    .meta({ id: 'Hold' }),
);

export const overridesQuery = z.strictObject({
  application: z.string().max(63).optional(),
  limit: limitSchema,
});
export type OverridesQuery = z.output<typeof overridesQuery>;

export const overridesAnswer = z.object({
  items: z.array(
    describes<OverrideRecord>()(
      z
        .looseObject({
          release: z.string(),
          environment: z.string(),
          at: z.string().describe('ISO 8601'),
          by: actorSchema,
          reason: z.string(),
          until: z.string().describe('ISO 8601'),
          what: z.string().describe('What was overridden'),
        })
        .meta({ id: 'Override' }),
    ),
  ),
});

export const holdsAnswer = z.object({
  holds: z.array(holdAnswer).describe('In force or to come'),
  freezes: z
    .array(z.looseObject({ name: z.string(), from: z.string(), to: z.string() }))
    .describe('Of the specification, not over yet'),
  everywhere: z.array(holdAnswer).describe('Over all applications, where they bind this one'),
});

export const estateHoldsAnswer = z.object({
  holds: z.array(holdAnswer).describe('Over all applications, in force or to come'),
});
