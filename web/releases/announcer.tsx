/** Tells those who cannot see the page what has just happened. */

import { eventSentence } from '../../domain/sentences.ts';
import { serverNow } from '../server/clock.ts';
import type { RecordedEntry } from '../server/answers.ts';
import { wallTime } from '../parts/wall-time.ts';

/** Older events were there when the page was opened. Milliseconds. */
const fresh = 20_000;

export function Announcer({ entries }: { entries: readonly RecordedEntry[] }) {
  const now = serverNow();
  const recent = entries.slice(-3).flatMap(({ event }) => {
    const sentence = eventSentence(event, (iso) => wallTime(iso, now));
    if (sentence === null || now - Date.parse(event.at) > fresh) return [];
    return [event.environment === null ? sentence : `${event.environment}: ${sentence}`];
  });
  return (
    <p className="unseen" aria-live="polite">
      {recent.join('. ')}
    </p>
  );
}
