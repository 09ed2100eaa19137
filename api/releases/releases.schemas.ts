/** What the routes of releases take and answer. */

import { z } from 'zod';
import { actions } from '../../domain/actions.ts';
import type { Measurement } from '../../domain/events.ts';
import { durationSchema } from '../../domain/duration-spec.ts';
import { environmentStates, type WaveOverview } from '../../domain/overview.ts';
import { outcomes } from '../../domain/release.ts';
import { releaseStages } from '../../domain/events.ts';
import type { ReleaseSummary } from '../../journal/contract.ts';
import { describes, entrySchema, limitSchema, progressSchema } from '../schemas.ts';

export const reasonSchema = z.string().trim().min(1).max(500);

/** Body of every action; no body is an action without particulars. */
export const actionBody = z
  .strictObject({
    reason: reasonSchema.optional(),
    environment: z.string().max(63).optional().describe('Only this environment'),
    full: z.boolean().default(false).describe('For `promote`: straight to 100 %'),
    step: z.int().min(1).optional().describe('For `promote`: refuse unless this step is current'),
    force: z
      .boolean()
      .default(false)
      .describe('For `rollback`, `abort` and `reject`: also past a one-way door'),
    for: durationSchema.optional().describe('For `override`: how long; 1h without it, at most 7d'),
  })
  .prefault({});
export type ActionBody = z.output<typeof actionBody>;

export const listQuery = z.strictObject({
  application: z.string().max(63).optional(),
  outcome: z.enum(outcomes).optional(),
  active: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional(),
  limit: limitSchema,
  cursor: z.string().max(1000).optional(),
});
export type ListQuery = z.output<typeof listQuery>;

export const releaseQuery = z.strictObject({
  wave: z.coerce
    .number()
    .int()
    .min(0)
    .max(10_000)
    .optional()
    .describe('Only its environments; 0: staging'),
  view: z
    .enum(['all', 'focus'])
    .default('all')
    .describe('`focus`: of many environments the 25 that somebody should look at first'),
});
export type ReleaseQuery = z.output<typeof releaseQuery>;

export const timelineQuery = z.strictObject({
  after: z.coerce.number().int().min(0).default(0).describe('Position; the cursor of a page'),
  limit: limitSchema,
});
export type TimelineQuery = z.output<typeof timelineQuery>;

export const measurementsQuery = z.strictObject({
  environment: z.string().max(63).optional(),
  after: z.iso.datetime({ offset: true }).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(500),
});
export type MeasurementsQuery = z.output<typeof measurementsQuery>;

const overviewSchema = describes<WaveOverview>()(
  z
    .object({
      wave: z.int().describe('0 is staging'),
      environments: z.int(),
      states: z.partialRecord(z.enum(environmentStates), z.int()),
    })
    .meta({ id: 'WaveOverview' }),
);

export const releaseAnswer = progressSchema
  .extend({
    overview: z.array(overviewSchema).describe('Environments of each wave, counted'),
    allowedActions: z.array(z.enum(actions)).describe('What it would accept now'),
    links: z.object({
      self: z.string(),
      console: z.string(),
      temporal: z.string().nullable(),
      events: z.string(),
    }),
  })
  .meta({ id: 'Release' });

const summarySchema = describes<ReleaseSummary>()(
  z
    .object({
      id: z.string(),
      application: z.string(),
      number: z.int(),
      version: z.string(),
      initiator: z.string(),
      stage: z.enum(releaseStages),
      outcome: z.enum(outcomes).nullable(),
      sentence: z.string().nullable(),
      submittedAt: z.string(),
      endedAt: z.string().nullable(),
    })
    .meta({ id: 'ReleaseSummary' }),
);

const cursor = z.string().nullable().describe('Pass it for the next page; null at the end');
export const listAnswer = z.object({ items: z.array(summarySchema), cursor });
export const timelineAnswer = z.object({ items: z.array(entrySchema), cursor });

export const measurementsAnswer = z.object({
  items: z.array(
    describes<Measurement>()(
      z.looseObject({
        environment: z.string(),
        bake: z.string(),
        index: z.int(),
        at: z.string(),
        weight: z.number(),
        evidence: z.array(z.looseObject({ metric: z.string(), finding: z.string() })),
      }),
    ),
  ),
});
