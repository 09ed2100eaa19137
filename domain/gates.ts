/** Gates: who may approve one, what it still needs, and before which step of a rollout it stands. */

import type { GateSpec } from './gate-spec.ts';
import { shareOf } from './gate-place.ts';
import type { Actor, Version } from './release.ts';
import type { Step } from './strategy.ts';

/** A gate of a plan: whoever is known to hold an allowed role is named. */
export type GatePlan = GateSpec & { holders?: string[] };

/** A gate inside a rollout: it stands before this step, and so before all later ones. */
export type StepGate = GatePlan & { step: number };

/** A gate that is open. */
export interface GateProgress {
  gate: string;
  needs: number;
  /** Actor ids that may not approve. */
  exclude: string[];
  /** Roles whose holders may approve. Without roles and people everybody may. */
  roles?: string[];
  /** Names of those who may, holders of the roles as far as they are known included. */
  people?: string[];
  approvals: { by: Actor; reason: string | null; at: string }[];
}

export function planGate(gate: GateSpec, roles: Record<string, string[]>): GatePlan {
  const holders = holdersOf(gate.allow?.roles ?? [], roles);
  return holders.length > 0 ? { ...gate, holders } : gate;
}

/** Who is known to hold one of these roles, each once. */
export function holdersOf(
  allowed: readonly string[],
  roles: Readonly<Record<string, string[]>>,
): string[] {
  return [...new Set(allowed.flatMap((role) => roles[role] ?? []))];
}

/** Whether somebody is one of these people, or holds one of these roles by their token. */
export function isAmong(
  { people = [], roles = [] }: Pick<GateProgress, 'people' | 'roles'>,
  actor: Actor,
): boolean {
  if (people.some((name) => isSame(name, actor.id))) return true;
  return roles.some((role) => actor.roles?.includes(role));
}

/** Gates that stand before a step, found in the steps as they are planned. */
export function stepGates(gates: readonly GatePlan[], steps: readonly Step[]): StepGate[] {
  return gates.flatMap((gate) => {
    const step = stepBehind(gate.before, steps);
    return step === null ? [] : [{ ...gate, step }];
  });
}

/** Gates before a step that there is not. */
export function gatesBeyond(gates: readonly GateSpec[], steps: number): string[] {
  const far = gates.filter(({ before }) => Number(/^step (\d+)$/.exec(before)?.[1] ?? 1) > steps);
  return far.map(({ before }) => `gate before ${before}: there are only ${steps} steps`);
}

/** The first step that needs the gate; null when it stands outside of rollouts. */
function stepBehind(before: string, steps: readonly Step[]): number | null {
  const share = shareOf(before);
  if (share !== null) return steps.find(({ weight }) => weight >= share)?.number ?? null;
  const number = /^step (\d+)$/.exec(before)?.[1];
  // A first release has one step, and no fewer approvals for that.
  return number === undefined ? null : Math.min(Number(number), steps.length);
}

/** What the event `gate.opened` says of a gate. */
export function openedGate(
  { before, approvals, allow, exclude, holders = [] }: GatePlan,
  { initiator, version }: { initiator: string | null; version: Version },
): Omit<GateProgress, 'approvals'> {
  const who = { initiator, author: version.author ?? null };
  const excluded = exclude.flatMap((kind) => who[kind] ?? []);
  const allowed = allow && { roles: allow.roles, people: [...allow.people, ...holders] };
  return { gate: before, needs: approvals, exclude: [...new Set(excluded)], ...allowed };
}

/** Why this person cannot approve, with who could; null when they can. The same for every channel. */
export function approvalRefusal(gate: GateProgress, actor: Actor): string | null {
  const { id } = actor;
  if (gate.exclude.some((name) => isSame(name, id))) {
    return `${id} started this release or wrote the change, so somebody else must`;
  }
  if (gate.approvals.some(({ by }) => isSame(by.id, id))) return `${id} has approved already`;
  if (!isRestricted(gate) || isAmong(gate, actor)) return null;
  return `${id} may not approve this gate, it needs ${outstanding(gate)}`;
}

/** How many approvals are missing. */
export function missing({ needs, approvals }: Pick<GateProgress, 'needs' | 'approvals'>): number {
  return Math.max(0, needs - approvals.length);
}

/** `1 more of release-manager: jane, tom`: names as far as they are known and still may. */
export function outstanding(gate: GateProgress): string {
  const count = `${missing(gate)} more`;
  if (!isRestricted(gate)) return count;
  const gone = [...gate.exclude, ...gate.approvals.map(({ by }) => by.id)];
  const names = (gate.people ?? []).filter((name) => !gone.some((other) => isSame(other, name)));
  const known = [...new Set(names)].join(', ');
  const roles = (gate.roles ?? []).join(' or ');
  return `${count} of ${[roles, known].filter(Boolean).join(': ') || 'those who may'}`;
}

/** `2 approvals by release-manager or jane`, as a plan says it. */
export function gateSentence({ approvals, allow, exclude }: GateSpec): string {
  const count = `${approvals} approval${approvals === 1 ? '' : 's'}`;
  const who = [...(allow?.roles ?? []), ...(allow?.people ?? [])].join(' or ');
  const not = exclude.length > 0 ? `, not by the ${exclude.join(' or ')}` : '';
  return `${count}${who && ` by ${who}`}${not}`;
}

function isRestricted({ roles = [], people = [] }: GateProgress): boolean {
  return roles.length + people.length > 0;
}

/** `Jane` and `jane` are one person: nobody may approve twice by another spelling. */
function isSame(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}
