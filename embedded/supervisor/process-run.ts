/** One life of a supervised process: from its start to the end of everybody in its group. */

import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessSpec } from './contract.ts';
import { groupEnded, signalGroup } from './group.ts';
import { forgetGroup, watchGroup } from './watchdog.ts';

export interface ProcessRun {
  /** Undefined when it could not even be started. */
  pid: number | undefined;
  /** Resolves with how it ended, e.g. `exit code 1`, when nobody of its group is left. */
  ended: Promise<string>;
}

const pollMs = 100;

/** Milliseconds that the process may take to become ready. */
export function readyLimitMs(spec: ProcessSpec): number {
  return spec.readyTimeoutMs ?? 120_000;
}

export function startRun(spec: ProcessSpec, log: number): ProcessRun {
  const child = spawn(spec.command, spec.args, {
    detached: true,
    cwd: spec.cwd,
    env: { ...process.env, ...spec.env },
    stdio: ['ignore', log, log],
  });
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  const { pid } = child;
  if (pid === undefined) return { pid, ended: exited };
  if (spec.dieWithParent ?? true) watchGroup(pid);
  return { pid, ended: exited.then((how) => clearGroup(pid, how)) };
}

/** @returns `ready`, `late`, or how the process ended before it was ready */
export async function becomeReady(run: ProcessRun, spec: ProcessSpec): Promise<string> {
  const over = new AbortController();
  const limit = sleep(readyLimitMs(spec), 'late', { signal: over.signal });
  try {
    return await Promise.race([run.ended, limit, poll(spec.ready, over.signal)]);
  } finally {
    over.abort();
    await limit.catch(() => undefined);
  }
}

async function poll(ready: () => Promise<boolean>, over: AbortSignal): Promise<string> {
  while (!over.aborted) {
    if (await ready().catch(() => false)) return 'ready';
    await sleep(pollMs);
  }
  return 'over';
}

/** Children that it left behind would hold its ports. */
async function clearGroup(pid: number, how: string): Promise<string> {
  if (signalGroup(pid, 'SIGKILL')) await groupEnded(pid, 5_000);
  forgetGroup(pid);
  return how;
}
