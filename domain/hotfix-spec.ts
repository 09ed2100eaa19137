/** The `hotfix` part of a specification: the express lane of an application. */

import { z } from 'zod';
import { allowSchema, gateSchema } from './gate-spec.ts';
import { strategySchema } from './strategy-spec.ts';

export const hotfixSchema = z.strictObject({
  allow: allowSchema
    .optional()
    .describe('Who may send a hotfix; without it everybody who may release'),
  active: z
    .enum(['wait', 'abort'])
    .default('wait')
    .describe('What becomes of a release that is under way: it ends first, or goes back at once'),
  calendar: z
    .enum(['wait', 'override'])
    .default('wait')
    .describe('`override`: windows, freezes and holds do not keep a hotfix, for 24h'),
  staging: z.boolean().default(true).describe('Staging and its tests come first, as ever'),
  strategy: strategySchema.optional().describe('Instead of `production.strategy`'),
  gates: z.array(gateSchema).max(100).default([]).describe('Instead of `production.gates`'),
});
