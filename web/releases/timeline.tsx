/** Everything that happened, latest first, in the words of the command line. */

import { useState } from 'react';
import { eventSentence } from '../../domain/sentences.ts';
import { useNow } from '../parts/use-now.ts';
import { At } from '../parts/times.tsx';
import { wallTime } from '../parts/wall-time.ts';
import type { RecordedEntry } from '../server/answers.ts';
import { toneOf } from './event-tone.ts';

const shownAtFirst = 30;

export function Timeline({ entries }: { entries: readonly RecordedEntry[] }) {
  const [all, setAll] = useState(false);
  const now = useNow(false);
  const told = entries.toReversed().flatMap(({ position, event }) => {
    const sentence = eventSentence(event, (iso) => wallTime(iso, now));
    return sentence === null ? [] : [{ position, event, sentence }];
  });
  const shown = all ? told : told.slice(0, shownAtFirst);
  return (
    <section className="card timeline" aria-labelledby="timeline">
      <h2 id="timeline">Timeline</h2>
      {told.length === 0 && <p className="quiet">Nothing is on record yet.</p>}
      <ol>
        {shown.map(({ position, event, sentence }) => (
          <li key={position} className={toneOf(event)}>
            <At iso={event.at} />
            <span className="what">
              {event.environment !== null && <span className="tag">{event.environment}</span>}{' '}
              {sentence}
            </span>
          </li>
        ))}
      </ol>
      {told.length > shown.length && (
        <button type="button" className="button" onClick={() => setAll(true)}>
          Show all {told.length}
        </button>
      )}
    </section>
  );
}
