/** The sample application of the demo: a small web shop whose versions differ in one function. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface Order {
  customer: 'guest' | 'loyal';
  item: string;
}

/** Price in cents. What it throws becomes a 500. */
export type PriceFunction = (order: Order) => number;

/** Serves /health and POST /checkout on 127.0.0.1 until SIGTERM; then lets requests finish. */
export function serveShop(price: PriceFunction): void {
  const version = process.env['CRESCENDO_VERSION'] ?? 'unknown';
  const server = createServer((request, response) => {
    void answer(request, response, version, price);
  });
  server.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1');
  process.on('SIGTERM', () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  version: string,
  price: PriceFunction,
): Promise<void> {
  const send = (status: number, body: object) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ version, ...body }));
  };
  if (request.url === '/health') return send(200, { status: 'ok' });
  if (request.url !== '/checkout' || request.method !== 'POST')
    return send(404, { error: 'nothing here' });
  try {
    const order = JSON.parse(await bodyOf(request)) as Order;
    send(200, { price: price(order) });
  } catch (error) {
    send(500, { error: error instanceof Error ? error.message : String(error) });
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
