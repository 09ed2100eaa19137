/** recall: whether a return is nothing but calling the release under way back. */

import { environmentLedger, type Ledger } from './ledger.ts';
import type { Plan } from './plan.ts';

export interface ActiveRelease {
  number: number;
  /** `shop:7` */
  id: string;
  mode: 'forward' | 'return';
  /** Null until it has been admitted. */
  plan: Plan | null;
}

export interface Recall {
  /** How the active one is called back; null: the return is a release of its own, and goes first. */
  action: 'rollback' | 'abort' | null;
  /** Why not, with what would help; null when it can. */
  refusal: string | null;
}

/**
 * Without a version, or with the one that its own rollback would lead to everywhere, a return means
 * the release that is under way.
 */
export function recall(
  active: ActiveRelease,
  request: { to: string | null; force: boolean },
  { environments, ledger }: { environments: readonly string[]; ledger: Ledger },
): Recall {
  const { to, force } = request;
  const { number, id, mode, plan } = active;
  if (mode === 'return') {
    const said = to === null ? `the return ${id} is under way: name a version` : null;
    return { action: null, refusal: said };
  }
  const door = force ? null : passedBy(number, ledger);
  if (door !== null) {
    const refusal = `${id} is past a one-way door (${door}); promote it, or say it with force and a reason`;
    return { action: null, refusal };
  }
  if (to === null) return { action: 'rollback', refusal: null };
  const rollouts = plan?.waves.flatMap((wave) => wave.rollouts) ?? [];
  const leads = (pick: 'designated' | 'stable') =>
    environments.every((name) => {
      const rollout = rollouts.find(({ environment }) => environment === name);
      const end = rollout ? rollout[pick]?.name : environmentLedger(ledger, name).live;
      return end === to;
    });
  const action = leads('designated') ? 'rollback' : leads('stable') ? 'abort' : null;
  return { action, refusal: null };
}

/** The door that this release has passed somewhere; null: none. */
function passedBy(number: number, { environments }: Ledger): string | null {
  const doors = Object.values(environments).flatMap((place) => place.doors ?? []);
  return doors.find(({ release }) => release === number)?.reason ?? null;
}
