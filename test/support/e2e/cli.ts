/** `crescendo` as a person or a script runs it: a process of its own against the stack. */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { E2eStack } from './stack.ts';

export interface Ran {
  exit: number;
  out: string;
  err: string;
}

const patience = 150_000;

/** Runs one command to its end; what it answers is for the test to judge. */
export function crescendo({ stack }: E2eStack, ...argv: string[]): Promise<Ran> {
  const main = join(inject('built'), 'cli', 'main.js');
  const env = { ...process.env, CRESCENDO_SERVER: stack.apiUrl, CRESCENDO_ACTOR: 'tester' };
  const options = { env, timeout: patience, maxBuffer: 10_000_000 };
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...argv], options, (error, out, err) => {
      resolve({ exit: error ? Number(error.code ?? -1) : 0, out, err });
    });
  });
}
