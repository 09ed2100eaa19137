/** Small shell scripts that stand for tools, in folders that the tests throw away. */

import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Fetcher, Tool } from '../../embedded/toolbox/tool.ts';

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'crescendo-toolbox-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** An executable that says `output` and exits with `code`. */
export async function writeScript(path: string, output: string, code = 0): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\necho '${output}'\nexit ${code}\n`);
  await chmod(path, 0o755);
  return path;
}

/** Counts how often it was asked, and gives a script that says `output`. */
export function scriptFetcher(name: string, output: string): Fetcher & { calls: number } {
  const fetcher = {
    name,
    calls: 0,
    async fetch(directory: string) {
      fetcher.calls += 1;
      return writeScript(join(directory, 'deep', 'tool'), output);
    },
  };
  return fetcher;
}

export function failingFetcher(name: string, reason: string): Fetcher {
  return { name, fetch: () => Promise.reject(new Error(reason)) };
}

export function aTool(...fetchers: Fetcher[]): Tool {
  return {
    name: 'hammer',
    title: 'Hammer',
    version: '2.0.0',
    variable: 'CRESCENDO_HAMMER',
    probe: ['--version'],
    answer: /^hammer (?<version>\S+)/,
    fetchers,
    install: ['brew install hammer', 'pip install hammer'],
  };
}
