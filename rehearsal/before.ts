/** What was before a rehearsal: which versions there are, and what the ledger and the plan say. */

import { emptyLedger, recordRollout, recordVersion, type Ledger } from '../domain/ledger.ts';
import { planRelease, rolloutsOf, type PlanResult } from '../domain/plan.ts';
import type { Version } from '../domain/release.ts';
import type { Spec } from '../domain/spec.ts';
import { routerPowers } from '../providers/routers/index.ts';
import type { Places } from './places.ts';
import type { Scenario } from './scenario.ts';

/** Which version is live before, if any, and which one is released. */
export interface Before {
  stable: Version | null;
  candidate: Version;
  ledger: Ledger;
  planned: PlanResult;
}

/** Released so long before that nothing of it matters any more. */
const longAgo = '2000-01-01T00:00:00.000Z';

export function before(spec: Spec, { first, author }: Pick<Scenario, 'first' | 'author'>): Before {
  const named = /^version:(.+)$/.exec(spec.rollback.to)?.[1];
  const candidate = aVersion(named === 'candidate' ? 'next' : 'candidate', author);
  const stable = first ? null : aVersion('stable', author);
  // A designated version that is named has to have been here.
  const earlier = [
    ...(named === undefined ? [] : [aVersion(named, author)]),
    ...(stable ? [stable] : []),
  ];
  let ledger = emptyLedger();
  for (const version of first ? [] : earlier) ledger = released(ledger, spec, version);
  const planned = planRelease(spec, candidate, { ledger, powers: routerPowers });
  return { stable, candidate, ledger, planned };
}

function aVersion(name: string, author: string): Version {
  const commit = '0123456789abcdef0123456789abcdef01234567';
  return { name, artifact: `rehearsal:${name}`, commit, repository: 'acme/rehearsal', author };
}

function released(ledger: Ledger, spec: Spec, version: Version): Ledger {
  const entry = { version: version.name, release: 0, outcome: 'finished' as const, at: longAgo };
  return Object.keys(spec.environments).reduce(
    (after, environment) => recordRollout(after, environment, entry, version.name),
    recordVersion(ledger, version),
  );
}

/** The environments as the stable version left them. */
export function furnish({ running, shares }: Places, { stable, planned }: Before): void {
  if (!stable || !('plan' in planned)) return;
  for (const { environment, place } of rolloutsOf(planned.plan)) {
    running[environment] = new Set([stable.name]);
    if (place.router) shares[environment] = [{ version: stable.name, weight: 100 }];
  }
}
