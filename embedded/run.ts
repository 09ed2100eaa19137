/** Runs a short-lived program to its end. */

import { spawn } from 'node:child_process';

export interface RunOptions {
  environment?: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
  /** Milliseconds until the program is killed. */
  timeoutMs: number;
}

export interface RunResult {
  /** Exit code; null when a signal ended it. */
  code: number | null;
  /** Standard output and standard error together, the last 20,000 characters. */
  output: string;
}

const keptCharacters = 20_000;

/** @throws the spawn error (ENOENT, EACCES), or AbortError when the signal fires or time is up */
export function run(command: string, args: string[], options: RunOptions): Promise<RunResult> {
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  return new Promise((resolve, reject) => {
    let output = '';
    const child = spawn(command, args, {
      env: options.environment ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
      killSignal: 'SIGKILL',
    });
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-keptCharacters);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
