/** What a command may touch of the process, so that tests can run commands without one. */

import { createInterface } from 'node:readline/promises';
import { userInfo } from 'node:os';
import type { ScreenOutput } from './render/live-screen.ts';

export interface Io {
  /** Data. */
  stdout: ScreenOutput;
  /** Talk. */
  stderr: ScreenOutput;
  env: Record<string, string | undefined>;
  /** The name of the person at the keyboard. */
  user: string;
  /** Epoch milliseconds. */
  now(): number;
  /** Standard input as it arrives. */
  stdin: AsyncIterable<Uint8Array | string>;
  /** All of standard input. */
  readStdin(): Promise<string>;
  /** The answer to a question, or null when nobody can be asked. */
  ask: ((question: string) => Promise<string>) | null;
  /** Calls `listener` on Ctrl-C instead of ending the process; returns how to stop that. */
  onInterrupt(listener: () => void): () => void;
}

/** The real process. */
export function processIo(): Io {
  const { stdin, stdout, stderr } = process;
  return {
    stdout,
    stderr,
    env: process.env,
    user: userName(),
    now: Date.now,
    stdin,
    readStdin,
    ask: stdin.isTTY && stderr.isTTY ? ask : null,
    onInterrupt(listener) {
      process.on('SIGINT', listener);
      return () => process.off('SIGINT', listener);
    },
  };
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function ask(question: string): Promise<string> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await prompt.question(question);
  } finally {
    prompt.close();
  }
}

/** A user id without an entry, as in many containers, has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
