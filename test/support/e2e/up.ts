/** `crescendo up` as a person runs it: a process of its own in a process group of its own. */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { familyOf, untilNone, stillThere, type FoundProcess } from './processes.ts';

export interface UpProcess {
  /** Everything that it has printed. */
  output(): string;
  /** It and everything it has started, as of now. */
  family(): FoundProcess[];
  /** Resolves with its exit code; null when a signal ended it. */
  exited: Promise<number | null>;
  /** To the whole process group, as a terminal does; what it has started has groups of its own. */
  signal(signal: NodeJS.Signals): void;
}

/** Starts it; what it leaves behind when the test fails is ended. */
export function startUp(...flags: string[]): UpProcess {
  const main = join(inject('built'), 'cli', 'main.js');
  const child = spawn(process.execPath, [main, 'up', ...flags], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk: Buffer) => (output += chunk.toString());
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  onTestFinished(() => endFamily(child));
  return {
    output: () => output,
    family: () => familyOf(child.pid ?? 0),
    exited,
    signal: (signal) => void process.kill(-(child.pid ?? 0), signal),
  };
}

async function endFamily(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const family = familyOf(child.pid ?? 0);
  child.kill('SIGKILL');
  await untilNone(() => stillThere(family), 5_000);
}
