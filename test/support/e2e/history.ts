/** What Temporal's own history says about a rollout, beside what we have recorded ourselves. */

import { expect } from 'vitest';
import type { E2eStack } from './stack.ts';
import { rolloutWorkflowId, parseReleaseId } from '../../../domain/ids.ts';
import type { ShiftInput } from '../../../activities/contract.ts';

/** The candidate's weight in every `shiftTraffic` that was completed, in the order of completion. */
export async function completedShifts(
  e2e: E2eStack,
  id: string,
  version: string,
): Promise<number[]> {
  const { events } = await rolloutHistory(e2e, id);
  const scheduled = new Map<string, ShiftInput>();
  const weights: number[] = [];
  for (const event of events ?? []) {
    const plan = event.activityTaskScheduledEventAttributes;
    if (plan?.activityType?.name === 'shiftTraffic') {
      const data = plan.input?.payloads?.[0]?.data ?? new Uint8Array();
      scheduled.set(String(event.eventId), JSON.parse(Buffer.from(data).toString()) as ShiftInput);
    }
    const done = event.activityTaskCompletedEventAttributes;
    const shift = done && scheduled.get(String(done.scheduledEventId));
    if (shift) weights.push(shift.shares.find((share) => share.version === version)?.weight ?? 0);
  }
  return weights;
}

/** How often activities of this name had to be tried again: proof that a kill hit one of them. */
export async function retriesOf(e2e: E2eStack, id: string, activity: string): Promise<number> {
  const { events } = await rolloutHistory(e2e, id);
  const names = new Map<string, string | null | undefined>();
  let retries = 0;
  for (const event of events ?? []) {
    const plan = event.activityTaskScheduledEventAttributes;
    if (plan) names.set(String(event.eventId), plan.activityType?.name);
    const started = event.activityTaskStartedEventAttributes;
    const failed =
      event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes;
    const scheduled = String((started ?? failed)?.scheduledEventId);
    if (names.get(scheduled) !== activity) continue;
    // Tries of one round are attempts of one activity, and the next round is another activity.
    retries += started ? (started.attempt ?? 1) - 1 : 1;
  }
  return retries;
}

/** Waits until at least so many activities of this name have been scheduled. */
export async function untilScheduled(
  e2e: E2eStack,
  id: string,
  activity: string,
  count: number,
): Promise<void> {
  const scheduled = () => scheduledCount(e2e, id, activity).catch(() => 0);
  await expect.poll(scheduled, { timeout: 60_000, interval: 30 }).toBeGreaterThanOrEqual(count);
}

async function scheduledCount(e2e: E2eStack, id: string, activity: string): Promise<number> {
  const { events } = await rolloutHistory(e2e, id);
  const names = (events ?? []).map(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name,
  );
  return names.filter((name) => name === activity).length;
}

export async function rolloutHistory(e2e: E2eStack, id: string) {
  const release = parseReleaseId(id);
  if (!release) throw new Error(`${id} is no release`);
  const handle = e2e.temporal.workflow.getHandle(rolloutWorkflowId(release, 'production'));
  return handle.fetchHistory();
}
