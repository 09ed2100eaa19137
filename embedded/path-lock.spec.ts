import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { lockPath } from './path-lock.ts';
import type { PathLock } from './path-lock.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crescendo-path-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function lock(path: string): Promise<PathLock> {
  const held = await lockPath(path, 'the journal', 1_000);
  onTestFinished(() => held.release());
  return held;
}

/** What a process that was killed leaves: the socket file, with nobody behind it. */
async function deadOwner(path: string): Promise<void> {
  const code = `require('node:net').createServer().listen(${JSON.stringify(`${path}.in-use`)}, () => console.log('up'))`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
  expect(existsSync(`${path}.in-use`)).toBe(true);
}

describe('embedded/path-lock', () => {
  it('is held by one, and free again when that one lets go', async () => {
    const path = join(folder, 'db');
    const first = await lock(path);
    await expect(lock(path)).rejects.toThrow(
      `the journal in ${path} is in use by another Crescendo`,
    );
    await first.release();
    await lock(path);
  });

  it('waits for one that is about to let go', async () => {
    const path = join(folder, 'db');
    const first = await lock(path);
    const second = lock(path);
    setTimeout(() => void first.release(), 500);
    await expect(second).resolves.toBeDefined();
  });

  it('is not held by the dead', async () => {
    const path = join(folder, 'db');
    await deadOwner(path);
    await lock(path);
    await expect(lock(path)).rejects.toThrow('is in use');
  });

  it('goes to exactly one of five who come upon a dead owner', async () => {
    const path = join(folder, 'db');
    await deadOwner(path);
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => lock(path)));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  });

  it('works for paths that are too long for a socket', async () => {
    const path = join(folder, 'deep'.repeat(40), 'db');
    await lock(path);
    await expect(lock(path)).rejects.toThrow('is in use');
    await lock(`${path}-other`);
  });
});
