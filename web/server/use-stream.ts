/** Streams in React: entries in handfuls, and a state that the head of every page shows. */

import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { RecordedEntry } from './answers.ts';
import { serverNow } from './clock.ts';
import { onSessionChange, session } from './session.ts';
import { followEntries, type StreamState } from './stream.ts';

export interface Connection {
  state: StreamState | 'none';
  /** Epoch milliseconds: when the state began. */
  since: number;
}

let connection: Connection = { state: 'none', since: serverNow() };
const listeners = new Set<() => void>();

function setConnection(state: Connection['state']): void {
  if (state === connection.state) return;
  connection = { state, since: serverNow() };
  for (const listener of listeners) listener();
}

/** The state of the page's stream. */
export function useConnection(): Connection {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => connection,
  );
}

interface Handlers {
  /** Entries of the last moment, in order, each once. */
  onEntries: (entries: RecordedEntry[]) => void;
  /** The stream stands (again): what happened in between may have been missed. */
  onLive?: () => void;
}

/** Entries come one by one; screens need them only so often. Milliseconds. */
const handful = 120;

/** Follows `path` while the page is looked at. A stream per page: browsers allow few connections. */
export function useStream(path: string, handlers: Handlers): void {
  const awake = useAwake();
  const token = useSyncExternalStore(onSessionChange, () => session().token);
  const latest = useRef(handlers);
  const last = useRef<number | null>(null);
  useEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => {
    if (!awake) return;
    const stop = new AbortController();
    let waiting: RecordedEntry[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const handOut = () => {
      const entries = waiting;
      waiting = [];
      timer = undefined;
      if (entries.length > 0) latest.current.onEntries(entries);
    };
    setConnection('connecting');
    void followEntries(path, {
      signal: stop.signal,
      after: last.current === null ? null : String(last.current),
      onEntry(entry) {
        if (last.current !== null && entry.position <= last.current) return;
        last.current = entry.position;
        waiting.push(entry);
        timer ??= setTimeout(handOut, handful);
      },
      onState(state) {
        setConnection(state);
        if (state === 'live') latest.current.onLive?.();
      },
    });
    return () => {
      stop.abort();
      clearTimeout(timer);
      handOut();
      setConnection('none');
    };
  }, [path, awake, token]);
}

/** A page in the background gives its connection back after this long. Milliseconds. */
const dozing = 30_000;

function useAwake(): boolean {
  const [awake, setAwake] = useState(true);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(timer);
      if (document.hidden) timer = setTimeout(() => setAwake(false), dozing);
      else setAwake(true);
    };
    look();
    document.addEventListener('visibilitychange', look);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, []);
  return awake;
}
