/** Server-sent events: the parser, and a stream that comes back after every break. */

import type { Client } from './client.ts';
import { exitCodes } from './exit-codes.ts';
import { Failure } from './failure.ts';

export interface ServerEvent {
  id: string | null;
  /** `message` when the server names none. */
  type: string;
  data: string;
}

export interface StreamOptions {
  signal: AbortSignal;
  /** Told at every break, with the reason, and null when it is over. */
  onBreak?: (reason: string | null) => void;
  /** Milliseconds without any byte after which the line counts as dead; the server sends every 15 s. */
  silence?: number;
  /** Milliseconds of trying in vain before giving up. */
  patience?: number;
}

const defaultSilence = 45_000;
const defaultPatience = 300_000;
const firstPause = 250;
const longestPause = 5000;

/**
 * The events of `path` from the beginning, each once, until the server sends `end` or `signal`.
 * Breaks are bridged with Last-Event-ID.
 * @throws Failure when the server refuses, or cannot be reached for `patience`
 */
export async function* streamEvents(
  client: Client,
  path: string,
  options: StreamOptions,
): AsyncGenerator<ServerEvent> {
  const { signal, onBreak, patience = defaultPatience } = options;
  let last: string | null = null;
  let connected = false;
  let brokenSince: number | null = null;
  let pause = firstPause;
  while (!signal.aborted) {
    try {
      for await (const event of connection(client, path, last, options)) {
        if (brokenSince !== null) onBreak?.(null);
        connected = true;
        brokenSince = null;
        pause = firstPause;
        last = event.id ?? last;
        if (event.type === 'end') return;
        if (event.type !== opened) yield event;
      }
      throw new Error('the server ended the stream');
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Failure && (!connected || !isTransient(error))) throw error;
      brokenSince ??= performance.now();
      onBreak?.(error instanceof Error ? error.message : String(error));
      if (performance.now() - brokenSince > patience) throw asFailure(error);
    }
    await sleep(pause * (0.75 + Math.random() / 2), signal);
    pause = Math.min(pause * 2, longestPause);
  }
}

/** Not sent by anybody: says that a connection stands, before its first event. */
const opened = ' opened';

function isTransient({ exit, code }: Failure): boolean {
  return exit === exitCodes.unreachable || code === 'internal';
}

function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const advice = 'The release goes on. Try again later: `crescendo watch RELEASE`.';
  return new Failure(exitCodes.unreachable, `the event stream broke: ${String(error)}`, advice);
}

async function* connection(
  client: Client,
  path: string,
  last: string | null,
  { signal, silence = defaultSilence }: StreamOptions,
): AsyncGenerator<ServerEvent> {
  const dead = new AbortController();
  const watchdog = setTimeout(() => dead.abort(new Error('the line is silent')), silence);
  try {
    const headers: Record<string, string> = { accept: 'text/event-stream' };
    if (last !== null) headers['last-event-id'] = last;
    const both = AbortSignal.any([signal, dead.signal]);
    const response = await client.open('GET', path, { headers, signal: both });
    yield { id: null, type: opened, data: '' };
    const alive = () => watchdog.refresh();
    yield* parseEvents(decode(response.body ?? [], alive));
  } finally {
    clearTimeout(watchdog);
    dead.abort();
  }
}

async function* decode(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  alive: () => void,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const chunk of chunks) {
    alive();
    yield decoder.decode(chunk, { stream: true });
  }
}

/** The events in a stream of text, as the HTML standard defines them; comments are skipped. */
export async function* parseEvents(texts: AsyncIterable<string>): AsyncGenerator<ServerEvent> {
  let rest = '';
  let event: { id: string | null; type: string; data: string[] } = blank(null);
  for await (const text of texts) {
    // A lone \r at the end may be the first half of \r\n, so it waits for more.
    const parts = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = parts.pop() ?? '';
    for (const line of parts) {
      if (line !== '') {
        takeLine(event, line);
        continue;
      }
      if (event.data.length > 0 || event.type !== 'message') {
        yield { id: event.id, type: event.type, data: event.data.join('\n') };
      }
      event = blank(event.id);
    }
  }
}

function blank(id: string | null): { id: string | null; type: string; data: string[] } {
  return { id, type: 'message', data: [] };
}

function takeLine(event: { id: string | null; type: string; data: string[] }, line: string): void {
  const [, field, value = ''] = /^([^:]*)(?:: ?([\s\S]*))?$/.exec(line) ?? [];
  if (field === 'data') event.data.push(value);
  else if (field === 'event') event.type = value;
  else if (field === 'id') event.id = value;
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
