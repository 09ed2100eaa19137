/** What the routes of applications take and answer. */

import { z } from 'zod';
import { freezeSchema } from '../../domain/calendar/freeze-spec.ts';
import type { CalendarForecast } from '../../domain/calendar/forecast.ts';
import { overrideTimes } from '../../domain/calendar/override.ts';
import { durationSchema } from '../../domain/duration-spec.ts';
import { versionSchema } from '../../domain/spec.ts';
import { reasonSchema } from '../releases/releases.schemas.ts';
import { describes, planSchema } from '../schemas.ts';

export const planBody = z.strictObject({
  version: versionSchema,
  hotfix: z.boolean().default(false).describe('By the policy of the express lane'),
  withFreeze: freezeSchema
    .extend({ name: z.string().min(1).max(100).default('what if') })
    .optional()
    .describe('What this freeze would change, as if it were in force'),
});
export type PlanBody = z.output<typeof planBody>;

export const submitBody = z.strictObject({
  version: versionSchema,
  reason: reasonSchema.optional(),
  quarantineOverride: reasonSchema
    .optional()
    .describe('Why a quarantined version is released all the same'),
  hotfix: reasonSchema
    .optional()
    .describe('Why it takes the express lane: before all that wait, by the policy of `hotfix`'),
  override: z
    .strictObject({
      reason: reasonSchema,
      for: durationSchema
        .prefault('24h')
        .refine((ms) => ms > 0 && ms <= overrideTimes.most, 'an override lasts up to 7d'),
    })
    .optional()
    .describe('Why windows, freezes and holds do not count, and for how long'),
});
export type SubmitBody = z.output<typeof submitBody>;

export const rollbackBody = z
  .strictObject({
    to: versionSchema.shape.name
      .optional()
      .describe('Version to return to; without it the last good one of each environment'),
    reason: reasonSchema.optional(),
    force: z.boolean().default(false).describe('Also past a one-way door; needs a reason'),
  })
  .prefault({});
export type RollbackBody = z.output<typeof rollbackBody>;

export const liftBody = z.strictObject({ reason: reasonSchema });
export type LiftBody = z.output<typeof liftBody>;

export const applyAnswer = z.object({
  application: z.string(),
  revision: z.int().describe('Rises by one with every specification that differs'),
  changed: z.boolean(),
  warnings: z.array(z.string()),
});

export const validateAnswer = z.object({ valid: z.literal(true), warnings: z.array(z.string()) });

export const listAnswer = z.object({
  items: z.array(
    z
      .object({
        application: z.string(),
        revision: z.int(),
        active: z.string().nullable().describe('Id of the release that has the lane'),
        queue: z.array(z.string()),
        environments: z.record(z.string(), z.string().nullable()).describe('Live versions'),
      })
      .meta({ id: 'ApplicationSummary' }),
  ),
});

export const applicationAnswer = z
  .object({
    application: z.string(),
    revision: z.int(),
    spec: z.looseObject({}).describe('With every default filled in, durations in milliseconds'),
    lane: z.looseObject({ warm: z.boolean() }),
    ledger: z.looseObject({}),
    links: z.object({
      self: z.string(),
      console: z.string(),
      temporal: z.string().nullable(),
      releases: z.string(),
    }),
  })
  .meta({ id: 'Application' });

const forecastSchema = z
  .looseObject({
    environment: z.string(),
    histories: z.array(
      z.looseObject({
        metric: z.string(),
        intervals: z.int(),
        requestsPerSecond: z.number().nullable(),
        rate: z.number().nullable().describe('Share of bad requests'),
        calibrated: z.boolean().describe('Enough was seen to know how noisy the metric is'),
        detail: z.string().nullable().describe('Why there is no data'),
      }),
    ),
    steps: z.array(
      z.looseObject({
        step: z.int(),
        weight: z.number(),
        likely: z.number().describe('Milliseconds with a healthy canary'),
        metrics: z.array(
          z.looseObject({
            metric: z.string(),
            kind: z.enum(['ratio', 'latency']).describe('What is bad: failed or slow requests'),
            pass: z.number().nullable().describe('Milliseconds until it passes; null: not in time'),
            visible: z.number().nullable().describe('Smallest bad share found in 90 % of cases'),
            cost: z.number().nullable().describe('Bad requests until one at the margin is found'),
          }),
        ),
      }),
    ),
    warnings: z.array(z.string()),
  })
  .meta({ id: 'Forecast' });

const calendarSchema = describes<CalendarForecast>()(
  z
    .object({
      environment: z.string(),
      open: z.boolean().describe('Production changes may start now'),
      waitsFor: z.array(z.string()).describe('What keeps it from that'),
      openings: z
        .array(z.object({ from: z.string(), to: z.string().nullable() }))
        .describe('The next five, ISO 8601; `to` is null where no end is in sight'),
    })
    .meta({ id: 'CalendarForecast' }),
);

const finish = z.string().nullable().describe('ISO 8601; null: not in sight');
const outlookShape = {
  calendar: z.array(calendarSchema),
  estimate: z
    .object({ earliest: finish, likely: finish, latest: finish })
    .describe('The last bake'),
};

export const planAnswer = z.object({
  plan: planSchema,
  forecast: z
    .array(forecastSchema)
    .nullable()
    .describe('From the traffic of the stable version; null when nobody could be asked'),
  ...outlookShape,
  withFreeze: z.object(outlookShape).optional(),
});

export const submissionAnswer = z
  .object({
    id: z.string().describe('For example shop:7'),
    application: z.string(),
    number: z.int(),
    ahead: z.int().describe('Releases ahead in the lane; 0 when it starts at once'),
    repeated: z.boolean().describe('The Idempotency-Key had been used for this very request'),
    links: z.object({
      self: z.string(),
      console: z.string(),
      temporal: z.string().nullable(),
      events: z.string(),
    }),
  })
  .meta({ id: 'Submission' });

export const liftAnswer = z.object({ application: z.string(), version: z.string() });
