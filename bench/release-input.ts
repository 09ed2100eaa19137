/** The input of a second release, planned from a ledger in which the first one is live. */

import { emptyLedger, recordRollout, recordVersion } from '../domain/ledger.ts';
import { planRelease } from '../domain/plan.ts';
import { aSpec, aVersion } from '../test/support/builders.ts';
import type { ReleaseInput } from '../workflows/release.ts';

export function releaseInput(application: string): ReleaseInput {
  const spec = aSpec({ application });
  spec.production.keepWarm = 1;
  const stable = aVersion('1.0.0');
  const entry = {
    version: '1.0.0',
    release: 1,
    outcome: 'finished' as const,
    at: new Date(0).toISOString(),
  };
  let ledger = recordVersion(emptyLedger(), stable);
  for (const name of ['staging', 'eu']) ledger = recordRollout(ledger, name, entry, '1.0.0');
  const planned = planRelease(spec, aVersion('1.1.0'), { ledger });
  if ('refusals' in planned) throw new Error(planned.refusals.join('; '));
  return {
    release: { application, number: 2 },
    version: aVersion('1.1.0'),
    by: { id: 'bench', channel: 'api' },
    reason: null,
    spec,
    mode: 'forward',
    plan: planned.plan,
    attempt: 1,
  };
}
