/** What the routes of groups take and answer. */

import { z } from 'zod';
import type { GroupProgress } from '../../domain/group.ts';
import { channels, outcomes } from '../../domain/release.ts';
import { reasonSchema } from '../releases/releases.schemas.ts';
import { describes, planSchema } from '../schemas.ts';

export const startQuery = z.strictObject({ reason: reasonSchema.optional() });
export type StartQuery = z.output<typeof startQuery>;

export const actionBody = z.strictObject({ reason: reasonSchema.optional() }).prefault({});
export type ActionBody = z.output<typeof actionBody>;

const time = z.string().describe('ISO 8601');

const progressShape = z.object({
  group: z.string(),
  by: z.object({ id: z.string(), channel: z.enum(channels) }),
  reason: z.string().nullable(),
  startedAt: time,
  stage: z
    .enum(['forward', 'together', 'rollback', 'ended'])
    .describe('`together`: all at 100 %, the old versions still up'),
  paused: z.boolean(),
  members: z
    .array(
      z.object({
        application: z.string(),
        version: z.string(),
        after: z.array(z.string()),
        state: z.enum(['waiting', 'under way', 'there', 'ended']),
        release: z.int().nullable().describe('Number of its release'),
        outcome: z.enum(outcomes).nullable(),
        sentence: z.string().nullable(),
      }),
    )
    .describe('In the order of their releases'),
  cause: z.string().nullable().describe('Why it turned back'),
  outcome: z.enum(outcomes).nullable(),
  sentence: z.string().nullable(),
  endedAt: time.nullable(),
});

export const groupAnswer = describes<GroupProgress>()(progressShape.meta({ id: 'Group' }));

export const groupsAnswer = z.object({ items: z.array(groupAnswer) });

export const startAnswer = progressShape.extend({
  repeated: z.boolean().describe('The Idempotency-Key had been used for this very group'),
});

export const planAnswer = z.object({
  group: z.string(),
  layers: z.array(z.array(z.string())).describe('Applications of a layer go at the same time'),
  plans: z.record(z.string(), planSchema),
});
