/** What scenes of watches after a rollback or a return share: what was looked at, and put on record. */

import type { SpecInput } from '../../domain/spec.ts';
import { aSpec } from './builders.ts';
import type { FakeWorld } from './fake-world.ts';

/** People are told of everything. */
export const told = (change: Partial<SpecInput> = {}) =>
  aSpec({ notify: [{ fake: {} }], ...change });

export const looks = ({ bakes }: FakeWorld) =>
  bakes.filter(({ limits }) => limits.mode === 'verify');

/** Events of this type; without an environment, of all of them. */
export const recorded = ({ entries }: FakeWorld, type: string, environment?: string) =>
  entries.flatMap(({ event }) =>
    event.type === type && (environment ?? event.environment) === event.environment ? [event] : [],
  );

/** What says nothing about a version, and what is said of it. */
export const unknowns = [
  ['providerError', 'the metric provider was away: errors: providerError'],
  ['noData', 'metrics cannot tell: errors: noData'],
] as const;
