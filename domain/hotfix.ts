/** Hotfixes: who may send one, and the policy that its releases run by. */

import { holdersOf, isAmong } from './gates.ts';
import type { Actor } from './release.ts';
import type { Spec } from './spec.ts';

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
