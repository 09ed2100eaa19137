/** A version for journeys: a small web service that behaves as its argument says. */

import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [behaviour = 'good'] = process.argv.slice(2);
const [kind, number] = behaviour.split(':');
let served = 0;

/** `bad`: one in three fails; `one-in:100`; `bad-after:200`: all fail then; `never-ready`, `exits`. */
function isFailing() {
  served += 1;
  if (kind === 'bad') return served % 3 === 0;
  if (kind === 'one-in') return served % Number(number) === 0;
  if (kind === 'fails-after') return existsSync(number);
  return kind === 'bad-after' && served > Number(number);
}

// A migration, as the next version sees it: what came before fails from then on, or does not start.
if (kind === 'migrates') writeFileSync(number, 'newer');
if (kind === 'exits-after' && existsSync(number)) {
  console.error('boom: the schema is newer than this version');
  process.exit(4);
}

if (kind === 'exits') {
  console.log('connecting to the database');
  console.error('boom: no database');
  process.exit(3);
}

const server = createServer((request, response) => {
  const failing = request.url === '/health' ? kind === 'never-ready' : isFailing();
  request.resume();
  response.writeHead(failing ? 500 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ version: process.env['CRESCENDO_VERSION'] }));
});
server.listen(Number(process.env['PORT']), '127.0.0.1');
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
