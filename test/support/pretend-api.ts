/** A local server that answers as the API does: canned answers, and event streams that can be cut. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CrescendoEvent } from '../../domain/events.ts';
import type { StubRequest } from './http-stub.ts';

export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  /** Sent as JSON; a string as it is. */
  body?: unknown;
}

export interface PretendApi {
  /** Base URL without a trailing slash. */
  url: string;
  requests: StubRequest[];
  /** From now on `GET /api/v1/releases` (method and path) gets this answer. */
  on(route: string, answer: Answer | ((request: StubRequest) => Answer)): void;
  /** Appends events to the stream of every release and sends them to who listens. */
  record(...events: CrescendoEvent[]): void;
  /** Breaks all open streams; the next `refuse` requests for one are answered with 503. */
  cut(refuse?: number): void;
  /** Streams open now. */
  listeners(): number;
  close(): Promise<void>;
}

/** A problem document as the server sends it. */
export function problem(status: number, code: string, detail: string, more: object = {}): Answer {
  const body = { type: `urn:crescendo:error:${code}`, title: code, status, code, detail, ...more };
  return { status, headers: { 'content-type': 'application/problem+json' }, body };
}

/** Starts on a free port of 127.0.0.1. What it does not know is 404. */
export async function startPretendApi(): Promise<PretendApi> {
  const routes = new Map<string, (request: StubRequest) => Answer>();
  const requests: StubRequest[] = [];
  const recorded: string[] = [];
  const streams = new Set<ServerResponse>();
  let refusals = 0;

  const listen = (request: StubRequest, response: ServerResponse) => {
    if (refusals > 0) {
      refusals -= 1;
      return reply(response, problem(503, 'journal_unavailable', 'the journal does not answer'));
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': welcome\n\n');
    const after = Number(request.headers['last-event-id'] ?? 0);
    for (const message of recorded.slice(after)) response.write(message);
    streams.add(response);
    response.on('close', () => streams.delete(response));
  };
  const handle = (request: StubRequest, response: ServerResponse) => {
    requests.push(request);
    if (request.path.endsWith('/events')) return listen(request, response);
    const answer = routes.get(`${request.method} ${request.path}`);
    reply(
      response,
      answer?.(request) ?? problem(404, 'release_unknown', `nothing at ${request.path}`),
    );
  };
  const server = createServer((incoming, response) => {
    void readRequest(incoming).then((request) => handle(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    on: (route, answer) => routes.set(route, typeof answer === 'function' ? answer : () => answer),
    record(...events) {
      for (const event of events) {
        const message = messageFor(event, recorded.length + 1);
        recorded.push(message);
        for (const stream of streams) stream.write(message);
      }
    },
    cut(refuse = 0) {
      refusals = refuse;
      for (const stream of streams) stream.destroy();
    },
    listeners: () => streams.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function messageFor(event: CrescendoEvent, position: number): string {
  const source = 'release:shop:3';
  const entry = { application: 'shop', release: 3, source, sequence: position, event, position };
  const end = event.type === 'release.ended' ? 'event: end\ndata: {}\n\n' : '';
  return `id: ${position}\nevent: ${event.type}\ndata: ${JSON.stringify(entry)}\n\n${end}`;
}

async function readRequest(incoming: IncomingMessage): Promise<StubRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const url = new URL(incoming.url ?? '/', 'http://api');
  return {
    method: incoming.method ?? '',
    path: decodeURIComponent(url.pathname),
    query: url.searchParams,
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

function reply(response: ServerResponse, { status = 200, headers, body }: Answer): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(text);
}
