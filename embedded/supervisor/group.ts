/** Signals to a process group: a process we started and all it started itself. */

import { setTimeout as sleep } from 'node:timers/promises';

/** True when somebody was there to get the signal. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch (error) {
    // EPERM: it is there but belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Waits until nobody of the group is left.
 * @returns false when some are still there after `ms`
 */
export async function groupEnded(group: number, ms: number): Promise<boolean> {
  const deadline = Date.now() + ms;
  while (signalGroup(group, 0)) {
    if (Date.now() >= deadline) return false;
    await sleep(20);
  }
  return true;
}

/** SIGTERM, and SIGKILL for those who are still there after `graceMs`. */
export async function endGroup(group: number, graceMs: number): Promise<void> {
  signalGroup(group, 'SIGTERM');
  if (await groupEnded(group, graceMs)) return;
  signalGroup(group, 'SIGKILL');
  await groupEnded(group, 5_000);
}
