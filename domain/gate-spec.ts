/** Gates as users write them: what waits for approval, how many, from whom, and what expiry does. */

import { z } from 'zod';
import { durationSchema } from './duration-spec.ts';
import { shareOf } from './gate-place.ts';

const place =
  /^(?:staging|production|retire|wave [1-9]\d{0,3}|step [1-9]\d{0,2}|\d{1,3}(?:\.\d+)? ?%)$/;
const nameSchema = z.string().trim().min(1).max(100);

export const allowSchema = z
  .strictObject({
    roles: z.array(nameSchema).max(20).default([]).describe('Holders of one of these roles'),
    people: z.array(nameSchema).max(100).default([]).describe('These people'),
  })
  .refine(({ roles, people }) => roles.length + people.length > 0, {
    message: 'name at least one role or one person, or leave `allow` out: then everybody may',
  });

export const gateSchema = z
  .strictObject({
    before: z
      .string()
      .regex(place, 'write `staging`, `production`, `wave 2`, `step 3`, `25%` or `retire`')
      .describe('What waits for the approval'),
    approvals: z.number().int().min(1).max(20).default(1).describe('So many different people'),
    allow: allowSchema.optional().describe('Who may approve; without it everybody'),
    exclude: z
      .array(z.enum(['initiator', 'author']))
      .default([])
      .describe('Who may not approve'),
    expires: durationSchema.prefault('24h'),
    then: z.enum(['reject', 'approve']).default('reject').describe('What expiry does'),
  })
  .superRefine(({ before, approvals, allow }, context) => {
    const share = shareOf(before);
    if (share !== null && !(share > 0 && share <= 100)) {
      const message = 'a share is above 0% and at most 100%';
      context.addIssue({ code: 'custom', path: ['before'], message });
    }
    // Roles can be held by people that only the server knows of, so only names can be counted.
    if (!allow || allow.roles.length > 0 || new Set(allow.people).size >= approvals) return;
    const message = `needs ${approvals}, and only ${allow.people.join(', ')} may approve`;
    context.addIssue({ code: 'custom', path: ['approvals'], message });
  });

export type GateSpec = z.output<typeof gateSchema>;

/** Who holds which role, by name; tokens of the server can give roles as well. */
export const rolesSchema = z
  .record(nameSchema, z.array(nameSchema).max(1000))
  .describe('Role → names of the people that hold it');
