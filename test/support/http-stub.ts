/** A local HTTP server whose answers the test writes, and which remembers what it was asked. */

import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StubRequest {
  method: string;
  /** Path without the query string. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface StubAnswer {
  /** 200 by default. */
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** `hang` never answers; `cut` promises more bytes than it sends and closes the connection. */
  trouble?: 'hang' | 'cut';
}

export interface HttpStub {
  /** Base URL without a trailing slash. */
  url: string;
  /** Everything asked so far, in order. */
  requests: StubRequest[];
  /** Requests whose connection the client gave up before an answer. */
  abandoned: () => number;
  /** Replaces the answers from now on. */
  answerWith: (answer: StubAnswer | ((request: StubRequest) => StubAnswer)) => void;
  close: () => Promise<void>;
}

const nothing: (request: StubRequest) => StubAnswer = () => ({});

/** Starts on a free port of 127.0.0.1; answers 200 without a body until told otherwise. */
export async function startHttpStub(): Promise<HttpStub> {
  let answer = nothing;
  let abandoned = 0;
  const requests: StubRequest[] = [];
  const server = createServer((incoming, response) => {
    response.on('close', () => (abandoned += response.writableFinished ? 0 : 1));
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const url = new URL(incoming.url ?? '/', 'http://stub');
      const request = {
        method: incoming.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      requests.push(request);
      send(response, answer(request));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    abandoned: () => abandoned,
    answerWith: (next) => (answer = typeof next === 'function' ? next : () => next),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, answer: StubAnswer): void {
  if (answer.trouble === 'hang') return;
  const body = answer.body ?? '';
  if (answer.trouble === 'cut') {
    response.writeHead(answer.status ?? 200, {
      ...answer.headers,
      'content-length': String(Buffer.byteLength(body) + 100),
    });
    response.write(body, () => response.destroy());
    return;
  }
  response.writeHead(answer.status ?? 200, answer.headers);
  response.end(body);
}
