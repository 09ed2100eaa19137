/** Which processes are there: found by what they write to and who started them. Linux only. */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface FoundProcess {
  pid: number;
  command: string;
}

/** Processes whose output goes to a file below `folder`: all that a stack and its versions start. */
export function processesWritingTo(folder: string): FoundProcess[] {
  return allPids().flatMap((pid) => {
    const output = attempt(() => readlinkSync(`/proc/${pid}/fd/1`));
    return output?.startsWith(`${folder}/`) ? [describe(pid)] : [];
  });
}

/** A process and everything it has started that has not been orphaned. */
export function familyOf(pid: number): FoundProcess[] {
  const parents = new Map(allPids().map((one) => [one, parentOf(one)]));
  const family = [pid];
  for (const member of family) {
    for (const [child, parent] of parents) if (parent === member) family.push(child);
  }
  return family.map(describe);
}

/** Those that still run the same program. Zombies that nobody reaps do not count. */
export function stillThere(processes: readonly FoundProcess[]): FoundProcess[] {
  return processes.filter(({ pid, command }) => describe(pid).command === command);
}

/** Waits until `find` finds nothing; returns what it still finds after `ms`. */
export async function untilNone(find: () => FoundProcess[], ms: number): Promise<FoundProcess[]> {
  const deadline = Date.now() + ms;
  for (;;) {
    const found = find();
    if (found.length === 0 || Date.now() > deadline) return found;
    await sleep(50);
  }
}

function allPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function describe(pid: number): FoundProcess {
  const command = attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? '';
  return { pid, command: command.replaceAll('\0', ' ').trim() || '(ended)' };
}

function parentOf(pid: number): number {
  const status = attempt(() => readFileSync(`/proc/${pid}/status`, 'utf8')) ?? '';
  return Number(/^PPid:\t(\d+)$/m.exec(status)?.[1] ?? 0);
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
