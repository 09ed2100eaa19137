/** Gates of the release: wait for approvals; a rejection or the expiry decides too. */

import { gateSentence, missing, openedGate, type GatePlan } from '../../domain/gates.ts';
import type { GateProgress } from '../../domain/gates.ts';
import type { Release } from '../release-state.ts';
import { waitFrom, waitUntil } from '../rollout-state.ts';
import { rejectRelease } from './hold.ts';

/** The gate before the old version retires: a return, which needs the lane, waits for nobody's word. */
export function passRetireGate(release: Release, gate: GatePlan): Promise<void> {
  return passGate(release, gate, () => release.requests.hurried);
}

/**
 * Returns once approved, or `moot`.
 * @throws ApplicationFailure when rejected or expired
 */
export async function passGate(
  release: Release,
  gate: GatePlan,
  moot: () => boolean = () => false,
): Promise<void> {
  const { requests, input } = release;
  requests.rejection = null;
  const then = gate.then === 'reject' ? 'the release is rejected' : 'it counts as approved';
  const what = `${gateSentence(gate)} before ${gate.before}`;
  const wait = waitFrom('gate', what, gate.expires, then);
  const opened = openedGate(gate, { initiator: input.by.id, version: input.version });
  release.record({ type: 'gate.opened', ...opened, wait });
  const answered = () => requests.rejection !== null || isApproved(release.progress.gate);
  const decided = () => answered() || moot();
  const inTime = await waitUntil(decided, gate.expires, what);
  const approved = requests.rejection === null && (inTime || gate.then === 'approve');
  const unasked = moot() && !answered() ? 'nobody is asked any more: a return goes before' : null;
  const decision = decisionOf(release.progress.gate, inTime, approved);
  const sentence = rejectionOf(release) ?? unasked ?? decision;
  release.record({ type: 'gate.closed', gate: gate.before, approved, sentence });
  if (!approved) throw rejectRelease(`gate before ${gate.before}: ${sentence}`);
}

export function isApproved(gate: GateProgress | null): boolean {
  return gate !== null && missing(gate) === 0;
}

/** How the wait at a gate ended, when nobody rejected. */
export function decisionOf(gate: GateProgress | null, inTime: boolean, approved: boolean): string {
  if (!inTime) return approved ? 'approved by expiry' : 'expired without enough approvals';
  const names = gate?.approvals.map((approval) => approval.by.id) ?? [];
  return `approved by ${names.join(', ')}`;
}

function rejectionOf({ requests: { rejection } }: Release): string | null {
  if (!rejection) return null;
  return `rejected by ${rejection.by.id}${rejection.reason ? `: ${rejection.reason}` : ''}`;
}
