/** A real PostgreSQL for tests: own folder, free loopback port, gone with the test's process. */

import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort } from './ports.ts';

export const installLine = 'apt-get install --no-install-recommends postgresql-15';

const packages = '/usr/lib/postgresql';

/** The folder of `initdb` and `postgres`, the newest first; null when this machine has none. */
export function findPostgres(): string | null {
  const versions = existsSync(packages) ? readdirSync(packages) : [];
  const newestFirst = versions.toSorted((a, b) => Number(b) - Number(a));
  const folders = newestFirst.map((version) => join(packages, version, 'bin'));
  return folders.find((folder) => existsSync(join(folder, 'initdb'))) ?? null;
}

/**
 * As findPostgres, and says loudly what is left out without it. Throws on a CI machine that could
 * have installed it, so that nobody takes a skipped suite for a passed one.
 */
export function findPostgresOrSkip(suite: string): string | null {
  const folder = findPostgres();
  if (folder) return folder;
  const sentence = `${suite} needs PostgreSQL: ${installLine}`;
  const installable = process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0;
  if (process.env['CI'] === 'true' && installable) throw new Error(sentence);
  console.warn(`SKIPPED: ${sentence}`);
  return null;
}

export interface RunningPostgres {
  /** Makes an empty database for one test and returns its URL. */
  createDatabase: () => Promise<string>;
  /** Ends the server without a goodbye, as a crash would; the data stays for `start`. */
  crash: () => Promise<void>;
  start: () => Promise<void>;
  /** Ends it and removes its data. */
  stop: () => Promise<void>;
}

/** Creates a cluster with the programs of findPostgres and starts it. Stop it in `afterAll`. */
export async function startPostgres(programs: string): Promise<RunningPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'crescendo-postgres-'));
  const port = await freePort();
  const url = (database: string) => `postgres://crescendo@127.0.0.1:${port}/${database}`;
  let server: ChildProcess | null = null;
  let databases = 0;
  const start = async () => {
    server = launch(programs, folder, port);
    await untilReady(url('postgres'), server, folder);
  };
  const crash = async () => {
    if (server) await end(server, 'keep\n');
    server = null;
  };
  const stop = async () => {
    if (server) await end(server, '');
    rmSync(folder, { recursive: true, force: true });
  };
  const createDatabase = async () => {
    databases += 1;
    await runSql(url('postgres'), `create database journal${databases}`);
    return url(`journal${databases}`);
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { createDatabase, crash, start, stop };
}

// `read` ends when our end of the pipe is gone, so that server and data go even when the test is
// killed. SIGQUIT is PostgreSQL's immediate shutdown: the next start recovers as from a crash.
const script = `
cd "$2"
[ -d data ] || "$1/initdb" -D data -U crescendo -A trust -E UTF8 --no-sync >log 2>&1 || exit 1
"$1/postgres" -D data -k "$2" -p "$3" -h 127.0.0.1 -F >>log 2>&1 &
read -r word
kill -QUIT $! 2>>log
wait
[ "$word" = keep ] || rm -rf "$2"
`;

function launch(programs: string, folder: string, port: number): ChildProcess {
  const user = serverUser();
  if (user) chownSync(folder, user.uid, user.gid);
  const words = ['-c', script, 'sh', programs, folder, String(port)];
  return spawn('sh', words, { stdio: ['pipe', 'ignore', 'ignore'], ...user });
}

/** PostgreSQL refuses to run as root; its package brings a user of its own. */
function serverUser(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  return { uid: idOf('-u'), gid: idOf('-g') };
}

function idOf(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
}

async function untilReady(url: string, server: ChildProcess, folder: string): Promise<void> {
  let last: unknown;
  for (let attempt = 0; attempt < 300 && server.exitCode === null; attempt += 1) {
    try {
      return await runSql(url, 'select 1');
    } catch (error) {
      last = error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  const log = readFileSync(join(folder, 'log'), 'utf8').slice(-2_000);
  throw new Error(`PostgreSQL did not start: ${log}`, { cause: last });
}

async function runSql(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function end(server: ChildProcess, lastWord: string): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.stdin?.end(lastWord);
  await exited;
}
