/** Small HTTP servers that stand for versions, and clients that count which one answered. */

import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Backend {
  /** Base URL without a trailing slash. */
  url: string;
  /** Requests that arrived so far. */
  served: () => number;
  close: () => Promise<void>;
}

/** Answers every request with 200 and `name`, unless `listener` does it. */
export async function startBackend(name: string, listener?: RequestListener): Promise<Backend> {
  let served = 0;
  const server = createServer((incoming, response) => {
    served += 1;
    if (listener) return listener(incoming, response);
    incoming.resume();
    incoming.once('end', () => response.end(name));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    served: () => served,
    async close() {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}

export interface Answer {
  /** 0 when the connection broke before a whole answer. */
  status: number;
  version: string | undefined;
  body: string;
  /** `name=value` of the first cookie that was set. */
  cookie?: string | undefined;
}

/** One POST, which no client or proxy may silently send again. */
export function post(
  url: string,
  agent?: Agent,
  host?: string,
  more: Record<string, string> = {},
): Promise<Answer> {
  return new Promise((resolve) => {
    const broken = (error: Error) =>
      resolve({ status: 0, version: undefined, body: error.message });
    const headers = { ...more, ...(host && { host }) };
    const sent = request(url, { method: 'POST', headers, ...(agent && { agent }) }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', broken);
      response.on('end', () => {
        const version = response.headers['x-crescendo-version'];
        resolve({
          status: response.statusCode ?? 0,
          version: typeof version === 'string' ? version : undefined,
          body: Buffer.concat(chunks).toString('utf8'),
          cookie: response.headers['set-cookie']?.[0]?.split(';')[0],
        });
      });
    });
    sent.on('error', broken);
    sent.end('a body');
  });
}

/** Sends POSTs over `connections` kept-alive connections until told to stop. */
export function startLoad(url: string, connections: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const answers: Answer[] = [];
  const running = new AbortController();
  const clients = Array.from({ length: connections }, async () => {
    while (!running.signal.aborted) answers.push(await post(url, agent));
  });
  return {
    answers,
    async stop(): Promise<Answer[]> {
      running.abort();
      await Promise.all(clients);
      agent.destroy();
      return answers;
    },
  };
}
