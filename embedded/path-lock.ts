/** Makes sure that one process at a time works with a database file or directory. */

import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from '../providers/lock.ts';
import { SetupError } from './setup-error.ts';

/** Longest path of a Unix socket on every system. */
const longestSocketPath = 100;

/** What a Crescendo that was just killed had started is gone after two seconds. */
const patienceMs = 3_000;

export interface PathLock {
  release(): Promise<void>;
}

/**
 * Holds a Unix socket beside the path: the system lets go of it the moment its owner dies, however
 * busy or stopped the owner was, so a restart after a crash need not wait for anything to expire.
 * @param what for people, e.g. `the journal`
 * @param waitMs milliseconds until it is given up; 3,000
 * @throws SetupError when another process has it and does not let go
 */
export async function lockPath(path: string, what: string, waitMs = patienceMs): Promise<PathLock> {
  const socket = socketPath(resolve(path));
  await mkdir(dirname(socket), { recursive: true });
  const deadline = Date.now() + waitMs;
  for (;;) {
    const server = await tryLock(socket);
    if (server) return { release: () => new Promise((done) => void server.close(() => done())) };
    if (Date.now() > deadline) break;
    await sleep(100);
  }
  const message = `${what} in ${path} is in use by another Crescendo`;
  throw new SetupError(message, 'End that one, or use another directory.');
}

function tryLock(socket: string): Promise<Server | undefined> {
  // Looking and taking are two steps: two processes must not both find a dead one's socket.
  return withLock(socket, AbortSignal.timeout(60_000), async () => {
    if (await answers(socket)) return undefined;
    await rm(socket, { force: true });
    return listen(socket);
  });
}

function socketPath(path: string): string {
  const beside = `${path}.in-use`;
  if (beside.length <= longestSocketPath) return beside;
  const hash = createHash('sha256').update(path).digest('hex').slice(0, 16);
  return join(tmpdir(), `crescendo-${hash}.in-use`);
}

function answers(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}

function listen(path: string): Promise<Server> {
  return new Promise((done, fail) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', fail);
    server.listen(path, () => done(server));
    server.unref();
  });
}
