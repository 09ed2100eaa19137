/** Builders that speak: specifications and versions for tests. */

import { specSchema, type Spec, type SpecInput } from '../../domain/spec.ts';
import type { Version } from '../../domain/release.ts';

/** Version `name` with an artefact of its own. */
export function aVersion(name: string, extra: Partial<Version> = {}): Version {
  return { name, artifact: `registry/shop:${name}`, ...extra };
}

/** A small complete specification: staging, one production environment, three steps. */
export function aSpec(change: Partial<SpecInput> = {}): Spec {
  return specSchema.parse({ ...aSpecInput(), ...change });
}

export function aSpecInput(): SpecInput {
  return {
    application: 'shop',
    environments: {
      staging: { target: { fake: {} } },
      eu: { target: { fake: {} }, router: { fake: {} } },
      us: { target: { fake: {} }, router: { fake: {} } },
    },
    staging: { environment: 'staging', tests: [{ name: 'smoke', fake: {} }] },
    production: {
      waves: [{ environments: ['eu'] }],
      strategy: { canary: { steps: [5, 25, 100], bake: { min: '2m', max: '20m' } } },
      keepWarm: '10m',
    },
    analysis: {
      interval: '10s',
      metrics: [{ signal: 'errors', from: 'edge', limit: '1%', ratioToStable: 2 }],
    },
  };
}

/** The production part of `aSpecInput`, changed. */
export function aProduction(change: Partial<SpecInput['production']>): SpecInput['production'] {
  return { ...aSpecInput().production, ...change };
}
