/** Hotfixes: the express lane of an application, and the policy that its releases run by. */

import { z } from 'zod';
import { allowSchema, gateSchema } from './gate-spec.ts';
import { holdersOf, isAmong } from './gates.ts';
import type { Actor } from './release.ts';
import type { Spec } from './spec.ts';
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

/** The specification as a hotfix runs by it. CI, tests, analysis and the way back stay as they are. */
export function expressSpec(spec: Spec): Spec {
  const { hotfix, production } = spec;
  if (!hotfix) return spec;
  const { staging, strategy = production.strategy, gates } = hotfix;
  const express = { ...spec, production: { ...production, strategy, gates } };
  return staging ? express : { ...express, staging: undefined };
}

/** Why this person cannot send a hotfix, with who could; null when they can. */
export function hotfixRefusal({ hotfix, roles = {} }: Spec, by: Actor): string | null {
  if (!hotfix) {
    return 'the specification has no `hotfix`, so there is no express lane: add `hotfix: {}`';
  }
  const { allow } = hotfix;
  if (!allow) return null;
  const people = [...new Set([...allow.people, ...holdersOf(allow.roles, roles)])];
  if (isAmong({ roles: allow.roles, people }, by)) return null;
  const who = [...allow.roles, ...people].join(', ');
  return `${by.id} may not send a hotfix, these may: ${who}`;
}
