/** A version for tests of targets: answers with who it is, and behaves as its argument says. */

import { appendFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';

const [behaviour = 'good', starts] = process.argv.slice(2);
const began = Date.now();
if (starts) appendFileSync(starts, `${process.pid}\n`);

const server = createServer((request, response) => {
  const slow = request.url === '/slow' ? 700 : 0;
  if (behaviour === 'never-ready') response.statusCode = 503;
  if (behaviour === 'slow-start' && Date.now() - began < 1_500) response.statusCode = 503;
  const { pid, env } = process;
  response.setHeader('connection', 'close');
  setTimeout(() => response.end(JSON.stringify({ pid, env, argv: process.argv })), slow);
});

if (behaviour === 'exits' || behaviour === 'leaves-a-child') {
  for (let line = 1; line <= 30; line += 1) console.log(`line ${line}`);
  if (behaviour === 'leaves-a-child') {
    const left = spawn('sleep', ['60'], { stdio: 'ignore' });
    if (starts) appendFileSync(starts, `${left.pid}\n`);
    left.unref();
  }
  console.error('boom: no database');
  process.exitCode = 3;
} else {
  server.listen(Number(process.env.PORT), '127.0.0.1');
}
process.on('SIGTERM', () => {
  if (behaviour !== 'stubborn') server.close();
});
