/** A real server that a test starts: in a folder of its own, and gone with the test's process. */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ServerProcess {
  folder: string;
  /** Ends it and removes its folder. */
  stop: () => Promise<void>;
}

export interface ServerStart {
  /** What to run in the folder, which is empty until `prepare` fills it. */
  command: (folder: string) => [program: string, ...argv: string[]];
  env?: (folder: string) => Record<string, string>;
  prepare?: (folder: string) => Promise<void> | void;
  /** True or resolved once it answers; asked again until then. */
  ready: () => Promise<unknown>;
}

/** Starts the server and returns once it is ready. Stop it in `afterAll`. */
export async function startServer(name: string, start: ServerStart): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), `crescendo-${name}-`));
  await start.prepare?.(folder);
  const [program, ...argv] = start.command(folder);
  const env = { ...process.env, ...start.env?.(folder) };
  const child = spawn(program, argv, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const log = tailOf(child);
  const killWithUs = () => void child.kill('SIGKILL');
  process.on('exit', killWithUs);
  const stop = async () => {
    await end(child);
    process.off('exit', killWithUs);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await untilReady(child, start.ready);
  } catch (error) {
    await stop();
    throw new Error(`${name} did not start: ${log()}`, { cause: error });
  }
  return { folder, stop };
}

async function untilReady(child: ChildProcess, ready: () => Promise<unknown>): Promise<void> {
  let last: unknown;
  for (let attempt = 0; attempt < 600 && child.exitCode === null; attempt += 1) {
    try {
      await ready();
      return;
    } catch (error) {
      last = error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw last;
}

function tailOf(child: ChildProcess): () => string {
  let kept = '';
  const keep = (chunk: Buffer) => void (kept = (kept + chunk.toString()).slice(-2_000));
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  child.on('error', (error) => void (kept += error.message));
  return () => kept;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
