/** Poll CI until it has decided, and run tests against the candidate. */

import { fillTemplates } from '../domain/template.ts';
import type { Providers } from '../providers/index.ts';
import { pause, withCallContext } from './call-context.ts';
import type { WatchingActivities } from './contract.ts';
import { siteOf } from './deployment.ts';

/** Milliseconds between two looks at CI: short at first, when most decisions fall. */
const polling = { first: 1000, growth: 1.5, longest: 15_000 };

export function verificationActivities(
  providers: Providers,
): Pick<WatchingActivities, 'verifyVersion' | 'runTest'> {
  return {
    verifyVersion: ({ check, version }) =>
      withCallContext(async (context) => {
        const verifier = providers.verifier(check);
        for (let wait = polling.first; ; wait = Math.min(wait * polling.growth, polling.longest)) {
          const { state, detail, url } = await verifier.verify(version, context);
          context.progress(detail);
          if (state !== 'pending') return { state, detail, url: url ?? null };
          await pause(wait);
        }
      }),

    runTest: ({ place, version, candidate, test }) =>
      withCallContext(async (context) => {
        const settings = fillTemplates(test.settings, {
          'canary.url': candidate.endpoint.url,
          version: version.name,
          application: place.application,
          environment: place.environment,
          commit: version.commit ?? '',
        });
        const runner = providers.testRunner({ vendor: test.vendor, settings });
        const report = await runner.run({ site: siteOf(place), version, candidate }, context);
        return { name: test.name, ...report };
      }),
  };
}
