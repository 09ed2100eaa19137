/** Gates: wait for approvals; a rejection or the expiry decides too. */

import type { GateSpec } from '../../domain/spec.ts';
import type { Release } from '../release-state.ts';
import { waitFrom, waitUntil } from '../rollout-state.ts';
import { rejectRelease } from './hold.ts';

/** Returns once approved. @throws ApplicationFailure when rejected or expired */
export async function passGate(release: Release, gate: GateSpec): Promise<void> {
  const { requests } = release;
  requests.rejection = null;
  const what = `${gate.approvals} approval${gate.approvals === 1 ? '' : 's'} before ${gate.before}`;
  const then = gate.then === 'reject' ? 'the release is rejected' : 'it counts as approved';
  const wait = waitFrom('gate', what, gate.expires, then);
  const exclude = gate.exclude.length > 0 ? [release.input.by.id] : [];
  release.record({ type: 'gate.opened', gate: gate.before, needs: gate.approvals, exclude, wait });
  const decided = () => requests.rejection !== null || isApproved(release);
  const inTime = await waitUntil(decided, gate.expires, what);
  const approved = requests.rejection === null && (inTime || gate.then === 'approve');
  const sentence = describe(release, inTime, approved);
  release.record({ type: 'gate.closed', gate: gate.before, approved, sentence });
  if (!approved) throw rejectRelease(`gate before ${gate.before}: ${sentence}`);
}

function isApproved(release: Release): boolean {
  const { gate } = release.progress;
  return gate !== null && gate.approvals.length >= gate.needs;
}

function describe(release: Release, inTime: boolean, approved: boolean): string {
  const { rejection } = release.requests;
  if (rejection)
    return `rejected by ${rejection.by.id}${rejection.reason ? `: ${rejection.reason}` : ''}`;
  if (!inTime) return approved ? 'approved by expiry' : 'expired without enough approvals';
  const names = release.progress.gate?.approvals.map((approval) => approval.by.id) ?? [];
  return `approved by ${names.join(', ')}`;
}
