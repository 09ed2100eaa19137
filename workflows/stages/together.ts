/** Together: a release of a group keeps its old version until all of the group are at 100 %. */

import { getExternalWorkflowHandle, log } from '@temporalio/workflow';
import type { MemberReport } from '../../domain/group.ts';
import { groupWorkflowId } from '../../domain/ids.ts';
import { memberSignal } from '../messages.ts';
import type { Release } from '../release-state.ts';
import { waitFrom, waitUntil } from '../rollout-state.ts';

/** Nobody who has waited for a group in vain is left hanging: the policy for holds decides. */
export async function untilGroupIsThere(release: Release): Promise<void> {
  const { group, mode, spec } = release.input;
  if (group === undefined || mode !== 'forward') return;
  const { holdFor, onHoldExpired } = spec.policy;
  const then = onHoldExpired === 'rollback' ? 'it is rolled back' : 'it goes on alone';
  const what = `the other applications of group ${group}`;
  release.record({ type: 'release.holding', wait: waitFrom('group', what, holdFor, then) });
  await tellGroup(release, { state: 'there', outcome: null, sentence: null });
  const together = await waitUntil(() => release.requests.together, holdFor, what);
  if (!together && onHoldExpired === 'rollback') {
    throw new Error(`the other applications of group ${group} were not there in time`);
  }
  release.record({ type: 'release.resumed' });
}

/** A group that is gone (terminated) hears nothing; its releases end by their own policy. */
export async function tellGroup(
  release: Release,
  report: Pick<MemberReport, 'state' | 'outcome' | 'sentence'>,
): Promise<void> {
  const { group, release: id } = release.input;
  if (group === undefined) return;
  try {
    const handle = getExternalWorkflowHandle(groupWorkflowId(group));
    const { application, number } = id;
    await handle.signal(memberSignal, { application, release: number, ...report });
  } catch (error) {
    log.warn('the group could not be told', { group, error: String(error) });
  }
}
