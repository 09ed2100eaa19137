/** Arbitraries: random specifications, pasts and courses that could be somebody's. */

import fc from 'fast-check';
import { actions } from '../../domain/actions.ts';
import { emptyLedger, quarantine, recordRollout, recordVersion } from '../../domain/ledger.ts';
import type { Ledger } from '../../domain/ledger.ts';
import { specSchema, type Spec, type SpecInput } from '../../domain/spec.ts';
import { evidenceKinds } from '../../rehearsal/verdicts.ts';
import { scenarioSchema, type Scenario } from '../../rehearsal/scenario.ts';
import { aSpecInput, aVersion } from './builders.ts';

const cities = ['eu', 'us', 'ap', 'sa'];

const rising = fc
  .uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 0, maxLength: 4 })
  .map((weights) => [...weights.toSorted((a, b) => a - b), 100]);

const bakes = fc
  .record({ min: fc.integer({ min: 1, max: 5 }), more: fc.integer({ min: 0, max: 20 }) })
  .map(({ min, more }) => ({ min: `${min}m`, max: `${min + more}m` }));

type Strategy = NonNullable<SpecInput['production']['strategy']>;

const ring = { ring: { header: { name: 'x-user-group', value: 'insiders' } } };

export const strategies: fc.Arbitrary<Strategy> = fc.oneof(
  fc.record({ steps: rising, bake: bakes }).map((canary) => ({ canary })),
  fc
    .record({ steps: rising, bake: bakes })
    .map(({ steps, bake }) => ({ canary: { steps: [ring, ...steps], bake } })),
  fc
    .record({ by: fc.integer({ min: 7, max: 60 }), bake: bakes })
    .map(({ by, bake }) => ({ canary: { steps: { linear: { by } }, bake } })),
  bakes.map((bake) => ({ allAtOnce: { bake } })),
  fc
    .record({ bake: bakes, mirror: fc.option(fc.constant('10%'), { nil: undefined }) })
    .map((blueGreen) => ({ blueGreen })),
);

const decisions = ['pause', 'extend', 'rollback', 'promote', 'notify'] as const;
const policies = fc.record({
  onFail: fc.constantFrom('rollback' as const, 'pause' as const),
  onInsufficientData: fc.constantFrom(...decisions),
  onInconclusive: fc.constantFrom(...decisions),
  onProviderError: fc.constantFrom(...decisions),
  onHoldExpired: fc.constantFrom('rollback' as const, 'promote' as const),
  holdFor: fc.constantFrom('30m', '24h'),
});

const places = ['production', 'wave 1', 'step 1', 'step 2', '50%', '100%', 'retire', 'staging'];
const gates = fc.array(
  fc.record({
    before: fc.constantFrom(...places),
    approvals: fc.integer({ min: 1, max: 2 }),
    expires: fc.constantFrom('20m', '4h'),
    then: fc.constantFrom('reject' as const, 'approve' as const),
  }),
  { maxLength: 2 },
);

/** A whole specification for up to four places in up to three waves, with routers of one vendor. */
export function specs(vendor: string): fc.Arbitrary<Spec> {
  return fc
    .record({
      waves: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: cities.length }),
      strategy: strategies,
      gates,
      policy: policies,
      scope: fc.constantFrom('environment' as const, 'wave' as const, 'release' as const),
      maxFailures: fc.integer({ min: 0, max: 1 }),
      staged: fc.boolean(),
      windowed: fc.boolean(),
    })
    .map(({ waves, strategy, gates, policy, scope, maxFailures, staged, windowed }) => {
      const window = {
        window: { rrule: 'FREQ=DAILY;BYHOUR=3,15', timezone: 'Europe/Berlin', duration: '2h' },
      };
      const used = waves.map((wave, index) => [wave, cities[index] ?? ''] as const);
      const environments = used.map(([wave, name]) => {
        const router = { [vendor]: {} };
        return [name, { target: { fake: {} }, router, ...(windowed && wave === 0 ? window : {}) }];
      });
      const grouped = [0, 1, 2].map((wave) => used.filter(([own]) => own === wave));
      const { staging, environments: known, analysis } = aSpecInput();
      return specSchema.parse({
        application: 'shop',
        environments: { staging: known['staging'], ...Object.fromEntries(environments) },
        ...(staged ? { staging } : {}),
        production: {
          waves: grouped
            .filter((group) => group.length > 0)
            .map((group) => ({ environments: group.map(([, name]) => name), maxFailures })),
          gates: gates.filter(({ before }) => staged || before !== 'staging'),
          strategy,
          keepWarm: '10m',
        },
        analysis,
        policy,
        rollback: { scope, deadline: '5m' },
      });
    });
}

const versions = ['1.0.0', '1.1.0', '1.2.0', '1.3.0'];

/** What may have happened before: rollouts that finished or not, and quarantines. */
export const ledgers: fc.Arbitrary<Ledger> = fc
  .array(
    fc.record({
      environment: fc.constantFrom('staging', ...cities),
      version: fc.constantFrom(...versions),
      outcome: fc.constantFrom('finished' as const, 'finished' as const, 'rolled_back' as const),
      quarantined: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 0),
    }),
    { maxLength: 20 },
  )
  .map((past) =>
    past.reduce((ledger, { environment, version, outcome, quarantined }, index) => {
      const entry = { version, release: index + 1, outcome, at: '2026-01-01T00:00:00.000Z' };
      const before = ledger.environments[environment]?.live ?? null;
      const live = outcome === 'finished' ? version : before;
      const known = recordVersion(ledger, aVersion(version));
      const after = recordRollout(known, environment, entry, live);
      if (!quarantined) return after;
      return quarantine(after, version, { reason: 'errors', release: index + 1, at: entry.at });
    }, emptyLedger()),
  );

/** Odd seconds: nothing in a specification happens then, so nothing happens at the same moment. */
const later = fc.integer({ min: 0, max: 400 }).map((count) => `${count * 7 + 3}s`);
const moments = ['start', 'step 1', 'step 2', '50%', 'hold', 'gate', 'window', 'rollback', 'warm'];

/** Anything that may happen on the way: verdicts, outages, people. */
export const scenarios: fc.Arbitrary<Scenario> = fc
  .record({
    first: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 0),
    approvers: fc.constantFrom('present' as const, 'present' as const, 'absent' as const),
    evidence: fc.array(
      fc.record({
        from: fc.constantFrom('step 1', 'step 2', 'step 3', '50%'),
        is: fc.constantFrom(...evidenceKinds),
        for: fc.constantFrom('7m3s', '3h3s'),
      }),
      { maxLength: 2 },
    ),
    faults: fc.array(
      fc.record({
        of: fc.constantFrom('target' as const, 'router' as const),
        from: fc.constantFrom('step 1', 'step 2', 'rollback' as const, undefined),
        for: fc.constantFrom('4s', '2m3s', '37m3s'),
      }),
      { maxLength: 1 },
    ),
    people: fc.array(
      fc.record({
        who: fc.constantFrom('jane', 'joe'),
        does: fc.constantFrom(...actions),
        when: fc.constantFrom(...moments),
        after: later,
        reason: fc.constant('so it was written'),
        full: fc.boolean(),
      }),
      { maxLength: 4 },
    ),
  })
  .map((script) => scenarioSchema.parse({ name: 'random', ...script }));
