/** Everything that happened in a release, and keeps happening. */

import { useState } from 'react';
import { releaseKey } from '../server/queries.ts';
import type { RecordedEntry } from '../server/answers.ts';
import { useRefresh } from '../server/use-refresh.ts';
import { useStream } from '../server/use-stream.ts';

/** In the order of the record; the release itself is read again as it grows. */
/** Milliseconds between two readings: one of many environments takes the server longer. */
function pace(entries: number): number {
  return Math.min(10_000, Math.max(400, entries));
}

export function useTimeline(id: string): RecordedEntry[] {
  const [entries, setEntries] = useState<RecordedEntry[]>([]);
  const refresh = useRefresh([releaseKey(id), ['measurements', id]], pace(entries.length));
  useStream(`/releases/${id}/events`, {
    onEntries(more) {
      setEntries((known) => {
        const last = known.at(-1)?.position ?? 0;
        return [...known, ...more.filter(({ position }) => position > last)];
      });
      refresh();
    },
    onLive: refresh,
  });
  return entries;
}
