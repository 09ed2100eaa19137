/** A stream of entries that comes back after every break, without a gap; EventSource has no headers. */

import type { RecordedEntry } from './answers.ts';
import { problemOf } from './problem.ts';
import { open } from './request.ts';
import { createParser } from './sse.ts';

export type StreamState = 'connecting' | 'live' | 'broken' | 'ended' | 'refused';

export interface StreamOptions {
  signal: AbortSignal;
  /** Position to go on after; null: where the server begins. */
  after: string | null;
  onEntry: (entry: RecordedEntry) => void;
  onState: (state: StreamState) => void;
}

/** Without any byte for so long a line is dead; the server sends one every 15 s. */
const silence = 40_000;
const firstPause = 500;
const longestPause = 8_000;

/** Follows `path` until the server says `end`, refuses for good, or `signal`. Never throws. */
export async function followEntries(path: string, options: StreamOptions): Promise<void> {
  const { signal, onState } = options;
  let { after } = options;
  let pause = firstPause;
  const onEntry = (entry: RecordedEntry) => {
    after = String(entry.position);
    pause = firstPause;
    options.onEntry(entry);
  };
  while (!signal.aborted) {
    try {
      const ended = await readOnce(path, after, { ...options, onEntry });
      if (ended) return onState('ended');
    } catch (error) {
      if (signal.aborted) return;
      const { status } = problemOf(error);
      if (status >= 400 && status < 500 && status !== 429) return onState('refused');
    }
    if (signal.aborted) return;
    onState('broken');
    await rest(pause * (0.75 + Math.random() / 2), signal);
    pause = Math.min(pause * 2, longestPause);
  }
}

/** One connection; true when the server said that nothing more will come. */
async function readOnce(
  path: string,
  after: string | null,
  { signal, onEntry, onState }: StreamOptions,
): Promise<boolean> {
  const dead = new AbortController();
  let watchdog = setTimeout(() => dead.abort(), silence);
  try {
    const headers: Record<string, string> = { accept: 'text/event-stream' };
    if (after !== null) headers['last-event-id'] = after;
    const response = await open(path, { headers, signal: AbortSignal.any([signal, dead.signal]) });
    onState('live');
    const parse = createParser();
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const piece = await reader?.read();
      if (!piece || piece.done) return false;
      clearTimeout(watchdog);
      watchdog = setTimeout(() => dead.abort(), silence);
      for (const { type, data } of parse(piece.value)) {
        if (type === 'end') return true;
        onEntry(JSON.parse(data) as RecordedEntry);
      }
    }
  } finally {
    clearTimeout(watchdog);
    dead.abort();
  }
}

/** Until the time is over, the network is back, or nobody waits any more. */
function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener('online', done);
    signal.addEventListener('abort', done);
  });
}
