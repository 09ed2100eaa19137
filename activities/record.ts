/** Write down what happened, and tell people. */

import { log } from '@temporalio/activity';
import { CrescendoError } from '../domain/errors.ts';
import type { JournalWriter } from '../journal/contract.ts';
import type { Providers } from '../providers/index.ts';
import { withCallContext } from './call-context.ts';
import type { QuickActivities } from './contract.ts';

/** Makes the links that go with a notice, from the release id. */
export type LinkMaker = (release: string) => Record<string, string>;

export function recordActivities(
  journal: JournalWriter,
  providers: Providers,
  links: LinkMaker,
): Pick<QuickActivities, 'record' | 'notify'> {
  return {
    record: (entries) => journal.append(entries),

    notify: ({ to, ...notice }) =>
      withCallContext(async (context) => {
        const complete = { ...notice, links: links(notice.release) };
        const results = await Promise.allSettled(
          to.map(async (reference) => providers.notifier(reference).notify(complete, context)),
        );
        const failures = results.flatMap((result) =>
          result.status === 'rejected' ? [result.reason as unknown] : [],
        );
        for (const failure of failures) log.warn('notifier failed', { error: String(failure) });
        // Notifiers know a notice by its id, so trying all of them again tells nobody twice.
        const passing = failures.find(
          (error) => error instanceof CrescendoError && error.retryable,
        );
        if (passing) throw passing;
      }),
  };
}
