/** One-way doors: versions that cannot be gone back past without somebody's explicit word. */

import { environmentLedger, type Ledger } from './ledger.ts';
import type { Version } from './release.ts';
import type { RolloutProgress } from './rollout-progress.ts';

/** Why this release of `version` passes a door in an environment; undefined when it does not. */
export function doorOf(ledger: Ledger, environment: string, version: Version): string | undefined {
  const { doors = [], live } = environmentLedger(ledger, environment);
  // Behind a door that was passed before, there is nothing more to pass; without a version that
  // serves there is nothing to go back to.
  const passed = live === null || doors.some((door) => door.version === version.name);
  return passed ? undefined : version.oneWay;
}

/**
 * Why an environment cannot go to `name`: a door stands between, passed after that version served
 * here last. Null when none does.
 */
export function doorBefore(ledger: Ledger, environment: string, name: string): string | null {
  const { doors = [], history } = environmentLedger(ledger, environment);
  const since = history.findLast(({ version, outcome }) => {
    return version === name && outcome === 'finished';
  });
  const door = doors.findLast((one) => one.version !== name && !(since && since.at >= one.at));
  if (!door) return null;
  return `${environment}: ${name} lies before ${door.version}, which cannot be gone back past (${door.reason})`;
}

/** Where a one-way door has been passed, and the way is not decided yet. */
export function isPastDoor({ door, stage }: RolloutProgress): boolean {
  return door !== null && stage !== 'ended' && stage !== 'rollback';
}

/** Whether it waits for a word about going back past a door. */
export function isAtDoor({ wait }: RolloutProgress): boolean {
  return wait?.key === 'door';
}
