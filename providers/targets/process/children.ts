/** Child processes that outlive their worker: started detached, recognised, and ended as a group. */

import { execFile, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { CallContext } from '../../call.ts';
import { pause } from '../../pause.ts';

/**
 * Written by the child before it becomes the version, so that there is no moment in which it runs
 * and a worker that starts after ours was killed cannot find it.
 */
const launcher = `
{ echo $$; cat /proc/$$/stat 2>/dev/null || LC_ALL=C ps -o lstart= -p $$; } > "$0.new" &&
mv "$0.new" "$0" && exec "$@"`;

export interface StartOptions {
  command: string[];
  cwd: string | undefined;
  env: Record<string, string>;
  /** Where the child says who it is. */
  processFile: string;
  /** Emptied at the start; grows as long as the version runs. */
  logFile: string;
}

export interface StartedChild {
  /** Undefined when it could not even be started. */
  pid: number | undefined;
  /** Resolves with how it ended; pending while it runs. */
  ended: Promise<string>;
}

/** Returns once the child has said who it is, or has ended. */
export async function startChild(options: StartOptions): Promise<StartedChild> {
  const output = openSync(options.logFile, 'w', 0o600);
  const child = spawn('/bin/sh', ['-c', launcher, options.processFile, ...options.command], {
    detached: true,
    stdio: ['ignore', output, output],
    env: options.env,
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  });
  closeSync(output);
  child.unref();
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => {
      resolve(code === null ? `was ended by ${signal}` : `exited with code ${code}`);
    });
  });
  const over = new AbortController();
  void ended.then(() => over.abort());
  while (!over.signal.aborted && !existsSync(options.processFile)) await sleep(5);
  return { pid: child.pid, ended };
}

/** The living process that wrote `processFile`; null when it has ended or its id is another's. */
export async function findChild(processFile: string): Promise<number | null> {
  const text = await readFile(processFile, 'utf8').catch(() => '');
  const [id, ...rest] = text.split('\n');
  const pid = Number(id);
  if (!Number.isInteger(pid) || pid <= 1) return null;
  const now = await describe(pid);
  return now !== null && startOf(now) === startOf(rest.join('\n')) ? pid : null;
}

/**
 * Asks the whole process group to end, and ends it after the grace. `pid` must just have been
 * found by `findChild`, or have been started by this process.
 */
export async function endGroup(
  pid: number,
  graceMs: number,
  { signal, progress }: CallContext,
): Promise<void> {
  const deadline = Date.now() + graceMs;
  send(pid, 'SIGTERM');
  while (groupLives(pid) && Date.now() < deadline) {
    progress('waiting for a version to finish its requests');
    await pause(50, signal);
  }
  send(pid, 'SIGKILL');
  // What is left now ends by itself; only the kernel can still be busy with it.
  for (let look = 0; groupLives(pid) && look < 40; look += 1) await sleep(50);
}

/** `/proc/<pid>/stat` on Linux, the time of the start elsewhere; null when there is no process. */
async function describe(pid: number): Promise<string | null> {
  if (process.platform === 'linux') {
    const stat = readStat(String(pid));
    return stat === null || statFields(stat)[0] === 'Z' ? null : stat;
  }
  const options = { env: { ...process.env, LC_ALL: 'C' } };
  const list = promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)], options);
  // It answers 1 when there is no such process.
  const { stdout } = await list.catch(() => ({ stdout: '' }));
  return stdout.trim() || null;
}

/** Ticks since boot on Linux (field 22 of stat), otherwise the text itself. */
function startOf(description: string): string {
  return statFields(description)[19] ?? description.trim();
}

/** Fields from the third on: the second, a name in brackets, may hold anything. */
function statFields(stat: string): string[] {
  return stat
    .slice(stat.lastIndexOf(')') + 1)
    .trim()
    .split(/\s+/);
}

function groupLives(pid: number): boolean {
  if (!send(pid, 0)) return false;
  if (process.platform !== 'linux') return true;
  // Where nobody reaps orphans, the dead stay listed: they do not count.
  return readdirSync('/proc').some((entry) => {
    const [state, , group] = statFields((/^\d+$/.test(entry) && readStat(entry)) || '');
    return group === String(pid) && state !== 'Z';
  });
}

function readStat(pid: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
}

/** False when there is no such group. */
function send(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}
