/** A scenario: what happens in a rehearsal, who acts when, and how it is expected to end. */

import { z } from 'zod';
import { actions } from '../domain/actions.ts';
import { durationSchema } from '../domain/duration-spec.ts';
import { shareOf } from '../domain/gate-place.ts';
import { outcomes } from '../domain/release.ts';
import type { Step } from '../domain/strategy.ts';
import { evidenceKinds } from './verdicts.ts';

const name = z.string().trim().min(1).max(100);
const duration = (fallback: string) => durationSchema.prefault(fallback);

const placePattern = /^(?:step [1-9]\d{0,2}|\d{1,3}(?:\.\d+)? ?%)$/;
const place = z.string().regex(placePattern, 'write `step 3` or `25%`');

/** Moments that a person may act at; those of `place` beside them. */
const momentPattern =
  /^(?:start|gate(?: .+)?|hold|window|rollback|warm|step [1-9]\d{0,2}|\d{1,3}(?:\.\d+)? ?%)$/;
const moment = z
  .string()
  .regex(
    momentPattern,
    'write `start`, `step 2`, `25%`, `gate`, `gate wave 2`, `hold`, `window`, `rollback` or `warm`',
  );

const evidenceSchema = z.strictObject({
  from: place.default('step 1').describe('From this step on, until another entry says otherwise'),
  environment: name.optional().describe('Only there; otherwise in all of production'),
  is: z.enum(evidenceKinds).describe('What the metrics show'),
  after: durationSchema.optional().describe('When the verdict comes; as early as it can'),
  for: durationSchema.optional().describe('How long it lasts; then everything passes'),
});

const faultSchema = z.strictObject({
  of: z.enum(['target', 'router']).describe('What does not answer'),
  from: z
    .union([z.literal('rollback'), place])
    .optional()
    .describe('When it begins; at once when left out'),
  environment: name.optional().describe('Only there; otherwise in all of production'),
  for: durationSchema.describe('How long it lasts'),
});

const personSchema = z.strictObject({
  who: name,
  roles: z.array(name).max(20).default([]).describe('What their token says they are'),
  does: z.enum(actions),
  when: moment.describe('Once, the first time this happens'),
  after: duration('0s').describe('How much later'),
  environment: name.optional().describe('Of the moment and of the action'),
  reason: z.string().max(2000).optional(),
  full: z.boolean().default(false).describe('For `promote`: straight to 100 %'),
  for: durationSchema.optional().describe('For `override`: for how long'),
});

const expectSchema = z.strictObject({
  outcome: z.enum(outcomes).optional(),
  live: z.record(name, name).default({}).describe('Environment → `stable` or `candidate`'),
  highest: z
    .record(name, z.number().min(0).max(100))
    .default({})
    .describe('Environment → highest weight that the candidate may have had'),
  within: durationSchema.optional().describe('Longest time, in that of the rehearsal'),
  quarantined: z.boolean().optional(),
});

export const scenarioSchema = z.strictObject({
  name,
  start: z
    .union([
      z.iso.datetime({ offset: true, error: 'write the moment as 2026-12-24T10:00:00+01:00' }),
      z.strictObject({ rrule: z.string().min(1).max(500), timezone: z.string().min(1).max(100) }),
    ])
    .optional()
    .describe('When the release starts: a moment, or the next of a recurrence; now'),
  first: z.boolean().default(false).describe('Nothing is live yet'),
  by: name.default('initiator').describe('Who starts the release'),
  author: name.default('author').describe('Who wrote the change'),
  checks: z.enum(['pass', 'fail', 'silent']).default('pass').describe('What CI says'),
  tests: z.record(name, z.enum(['pass', 'fail', 'silent'])).default({}),
  wayBack: z
    .record(name, z.enum(['pass', 'fail', 'silent']))
    .default({})
    .describe('What tests say of the version that a round trip goes back to'),
  evidence: z.array(evidenceSchema).max(100).default([]),
  faults: z.array(faultSchema).max(20).default([]),
  approvers: z
    .enum(['present', 'absent'])
    .default('present')
    .describe('Whether those who may approve a gate do so at once'),
  people: z.array(personSchema).max(100).default([]),
  expect: expectSchema.prefault({}),
});

/** What a scenario file contains. */
export const scenariosSchema = z.strictObject({
  scenarios: z.array(scenarioSchema).min(1).max(50),
});

export type Scenario = z.output<typeof scenarioSchema>;
export type ScenarioInput = z.input<typeof scenarioSchema>;
export type Person = Scenario['people'][number];

/** The step a place means in these steps; infinite when there is none that far. */
export function stepAt(text: string, steps: readonly Step[]): number {
  const share = shareOf(text);
  if (share === null) return Number(text.slice('step '.length));
  return steps.find(({ weight }) => weight >= share)?.number ?? Infinity;
}
