/** What the routes of the estate take and answer. */

import { z } from 'zod';
import type { Estate } from '../../domain/estate.ts';
import { holdAnswer } from '../holds/holds.schemas.ts';
import { channels } from '../../domain/release.ts';
import { reasonSchema } from '../releases/releases.schemas.ts';
import { describes } from '../schemas.ts';

export const stopBody = z.strictObject({ reason: reasonSchema });
export type StopBody = z.output<typeof stopBody>;

export const resumeBody = z.strictObject({ reason: reasonSchema.optional() }).prefault({});
export type ResumeBody = z.output<typeof resumeBody>;

const actor = z.object({ id: z.string(), channel: z.enum(channels) });

export const estateAnswer = describes<Estate>()(
  z
    .looseObject({
      revision: z.int().describe('Rises with every decision'),
      stop: z
        .object({ by: actor, reason: z.string(), since: z.string() })
        .nullable()
        .describe('Nothing goes forward anywhere while this is not null'),
      holds: z.array(holdAnswer).describe('Over all applications, in force or to come'),
      log: z.array(z.looseObject({ type: z.string(), by: actor, at: z.string() })),
    })
    .meta({ id: 'Estate' }),
);
