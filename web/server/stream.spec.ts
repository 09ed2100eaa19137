import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { followEntries, type StreamState } from './stream.ts';

const entry = (position: number) => `id: ${position}\nevent: x\ndata: {"position":${position}}\n\n`;

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers the first request with the first function, and so on; fetch goes there. */
async function serve(...answers: Answer[]) {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    const answer = answers[seen.length - 1] ?? ((_, other) => other.writeHead(404).end());
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const real = fetch;
  vi.stubGlobal('fetch', (path: string, init: RequestInit) =>
    real(`http://127.0.0.1:${port}${path}`, init),
  );
  const page = new EventTarget();
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
  closers.push(() => server.close().closeAllConnections());
  return seen;
}

const closers: (() => void)[] = [];

async function follow(after: string | null = null, signal = new AbortController().signal) {
  const positions: number[] = [];
  const states: StreamState[] = [];
  await followEntries('/releases/shop:3/events', {
    signal,
    after,
    onEntry: ({ position }) => void positions.push(position),
    onState: (state) => void states.push(state),
  });
  return { positions, states };
}

describe('web/server/stream.ts', () => {
  afterEach(() => {
    for (const close of closers.splice(0)) close();
    vi.unstubAllGlobals();
  });

  it('reads until the end that the server tells of', async () => {
    const seen = await serve((_, response) =>
      response.end(`retry: 1000\n\n${entry(1)}: keep-alive\n\n${entry(2)}event: end\ndata: {}\n\n`),
    );

    expect(await follow()).toEqual({ positions: [1, 2], states: ['live', 'ended'] });
    expect(seen[0]?.headers).toMatchObject({
      'x-crescendo-channel': 'web',
      accept: 'text/event-stream',
    });
    expect(seen[0]?.headers['last-event-id']).toBeUndefined();
  });

  it('comes back after a break with the last position, and after an error of the server', async () => {
    const seen = await serve(
      (_, response) => {
        response.write(entry(7), () => response.destroy());
      },
      (_, response) => response.writeHead(503).end('{}'),
      (_, response) => response.end(`${entry(8)}event: end\ndata: {}\n\n`),
    );

    expect(await follow('6')).toEqual({
      positions: [7, 8],
      states: ['live', 'broken', 'broken', 'live', 'ended'],
    });
    expect(seen.map(({ headers }) => headers['last-event-id'])).toEqual(['6', '7', '7']);
  });

  it.each([401, 404, 410])('does not come back after %i', async (status) => {
    const seen = await serve((_, response) => response.writeHead(status).end('{}'));

    expect(await follow()).toEqual({ positions: [], states: ['refused'] });
    expect(seen).toHaveLength(1);
  });

  it('stops when nobody reads any more', async () => {
    const reader = new AbortController();
    await serve((_, response) =>
      response.write(entry(1), () => setTimeout(() => reader.abort(), 50)),
    );

    expect((await follow(null, reader.signal)).states).toEqual(['live']);
  });
});
