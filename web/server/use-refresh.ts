/** Reads again what a stream says has changed, at most every so often. */

import { useCallback, useEffect, useRef } from 'react';
import { queryClient } from './queries.ts';

/** Milliseconds between two readings: a release's first second tells of twenty things. */
const shortest = 400;

/** A function that reads everything under `keys` again, soon. */
export function useRefresh(keys: readonly (readonly unknown[])[], pace = shortest): () => void {
  const latest = useRef(keys);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      for (const queryKey of latest.current) void queryClient.invalidateQueries({ queryKey });
    }, pace);
  }, [pace]);
}
