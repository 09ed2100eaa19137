/** Shapes that several answers share, for the OpenAPI document. */

import { z } from 'zod';
import { actions } from '../domain/actions.ts';
import { releaseStages } from '../domain/events.ts';
import type { Plan } from '../domain/plan.ts';
import type { ReleaseProgress } from '../domain/progress.ts';
import { channels, outcomes } from '../domain/release.ts';
import { rolloutStages } from '../domain/rollout-progress.ts';
import { versionSchema } from '../domain/spec.ts';
import type { RecordedEntry } from '../journal/contract.ts';

/** Without the "and anything else" of loose objects, which interfaces are not assignable to. */
type Named<T> = T extends readonly (infer Item)[]
  ? Named<Item>[]
  : T extends object
    ? { [Key in keyof T as string extends Key ? never : Key]: Named<T[Key]> }
    : T;

/** A schema that every `Shape` fits: the compiler refuses one with a field the shape lacks. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the compiler infers only all or none
export function describes<Shape>() {
  return <Schema extends z.ZodType>(
    schema: Shape extends Named<z.input<Schema>> ? Schema : never,
  ): Schema => schema;
}

const time = z.string().describe('ISO 8601');

const actorSchema = z.object({ id: z.string(), channel: z.enum(channels) }).meta({ id: 'Actor' });

const waitSchema = z
  .object({
    key: z.string(),
    for: z.string().describe('What is waited for'),
    since: time,
    until: time.nullable(),
    // oxlint-disable-next-line unicorn/no-thenable -- the word of the domain; never awaited
    then: z.string().describe('What happens then'),
  })
  .meta({ id: 'Wait' });

const referenceSchema = z.looseObject({ vendor: z.string() });

const rolloutPlanSchema = z
  .looseObject({
    environment: z.string(),
    taskQueue: z.string(),
    stage: z.enum(['staging', 'production']),
    stable: versionSchema.nullable(),
    designated: versionSchema.nullable().describe('Where a rollback goes'),
    steps: z.array(
      z.looseObject({
        number: z.int(),
        weight: z.number().describe('Percent'),
        bake: z.object({ min: z.number(), max: z.number() }).nullable().describe('Milliseconds'),
      }),
    ),
    settings: z
      .looseObject({ interval: z.number().describe('Milliseconds between looks at the metrics') })
      .describe('How metrics are judged'),
  })
  .meta({ id: 'RolloutPlan' });

export const planSchema = describes<Plan>()(
  z
    .looseObject({
      version: versionSchema,
      verify: z.array(referenceSchema),
      staging: rolloutPlanSchema.nullable(),
      waves: z.array(
        z.looseObject({
          number: z.int(),
          parallel: z.int(),
          maxFailures: z.int().describe('So many may go back before the wave halts'),
          bakeAfter: z.object({ min: z.number(), max: z.number() }).nullable(),
          rollouts: z.array(rolloutPlanSchema),
        }),
      ),
      scope: z.enum(['environment', 'wave', 'release']).describe('What a halt takes back'),
      baking: z.object({ min: z.number(), max: z.number() }).describe('Milliseconds in all'),
      warnings: z.array(z.string()),
    })
    .meta({ id: 'Plan' }),
);

const rolloutProgressSchema = z
  .looseObject({
    environment: z.string(),
    stage: z.enum(rolloutStages),
    since: time,
    stable: z.string().nullable(),
    designated: z.string().nullable(),
    step: z.int().nullable(),
    weight: z.number().describe('Share of the candidate in percent, as read back from the router'),
    peak: z.number(),
    wait: waitSchema.nullable(),
    unserved: waitSchema.nullable().describe('While no worker serves this environment'),
    cause: z.string().nullable(),
    live: z.string().nullable(),
    sentence: z.string().nullable(),
  })
  .meta({ id: 'RolloutProgress' });

/** Fields of a release's progress; answers add links and the actions that it accepts. */
export const progressSchema = describes<ReleaseProgress>()(
  z.looseObject({
    id: z.string().describe('For example shop:7'),
    application: z.string(),
    number: z.int(),
    version: versionSchema.nullable(),
    initiator: actorSchema.nullable(),
    stage: z.enum(releaseStages),
    since: time,
    submittedAt: time,
    plan: planSchema.nullable(),
    checks: z.array(z.looseObject({ check: z.string(), state: z.string(), detail: z.string() })),
    rollouts: z.record(z.string(), rolloutProgressSchema),
    gate: z.looseObject({ gate: z.string(), needs: z.int() }).nullable(),
    paused: z.boolean(),
    wait: waitSchema.nullable(),
    actions: z.array(z.looseObject({ action: z.enum(actions), by: actorSchema, at: time })),
    quarantined: z.string().nullable(),
    outcome: z.enum(outcomes).nullable(),
    sentence: z.string().nullable(),
    endedAt: time.nullable(),
  }),
);

export const entrySchema = describes<RecordedEntry>()(
  z
    .looseObject({
      position: z.int().describe('Rises through the whole journal'),
      application: z.string(),
      release: z.int(),
      source: z.string(),
      sequence: z.int(),
      event: z.looseObject({ type: z.string(), at: time, environment: z.string().nullable() }),
    })
    .meta({ id: 'Entry' }),
);

export const limitSchema = z.coerce.number().int().min(1).max(200).default(50);
