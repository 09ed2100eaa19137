/** Keeps a notifier from telling the same notice twice, when others beside it are tried again. */

import type { Notifier } from './contract.ts';

/** Notices that a repeated call may be about. */
const maxRemembered = 1_000;

/** Remembers what was told with success, as long as the process lives. */
export function tellOnce(tell: Notifier['notify']): Notifier {
  const told = new Set<string>();
  return {
    async notify(notice, context) {
      context.signal.throwIfAborted();
      if (told.has(notice.id)) return;
      await tell(notice, context);
      told.add(notice.id);
      if (told.size > maxRemembered) told.delete(told.values().next().value ?? '');
    },
  };
}
