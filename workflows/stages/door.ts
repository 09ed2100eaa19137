/** A one-way door: whoever would go back past it holds, and a person decides what to do. */

import { log } from '@temporalio/workflow';
import { writeRules } from '../../domain/traffic.ts';
import { percent } from '../../domain/words.ts';
import { sentenceOf } from '../causes.ts';
import { asking } from '../proxies.ts';
import { waitFrom, waitUntil, type Departure, type Rollout } from '../rollout-state.ts';

/** Between two pages of the same hold, in milliseconds. */
const longestSilence = 24 * 3_600_000;

/** From which step on it goes forward again; `full`: straight to 100 %. */
export interface Onward {
  from: number;
  full: boolean;
}

/** Whether this departure would go back past a door that has been passed. */
export async function isShut(rollout: Rollout, departure: Departure): Promise<boolean> {
  const { plan, input } = rollout;
  if (plan.door === undefined || departure.forced) return false;
  // After a lost workflow nothing is remembered here, and the router is asked.
  if (input.mode === 'return' && !rollout.exposed) rollout.exposed = await isServing(rollout);
  return rollout.exposed;
}

/** Who cannot be asked may have traffic. */
async function isServing({ plan, candidate }: Rollout): Promise<boolean> {
  const { place, taskQueue } = plan;
  if (!place.router) return false;
  try {
    const shares = await asking(taskQueue, 'who serves now').readTraffic(place);
    const own = shares.find(({ version }) => version === candidate.name);
    return own !== undefined && (own.weight > 0 || writeRules(own.rules) !== '');
  } catch (error) {
    log.warn('could not read traffic', { error: sentenceOf(error) });
    return true;
  }
}

/**
 * Holds the weight, pages, and waits for a person: a way back with `force` (returned), or the way
 * on by `promote` and `retry`. Call it where nothing can cancel it.
 */
export async function holdAtDoor(
  rollout: Rollout,
  { cause }: Departure,
): Promise<Departure | Onward> {
  const { requests, plan, input } = rollout;
  requests.departure = null;
  requests.promotion = null;
  requests.retry = false;
  const decided = () =>
    forcedOut(rollout) !== null || requests.promotion !== null || requests.retry;
  const back = `rollback with force, because ${plan.version.name} cannot be gone back past: ${plan.door}`;
  const what = `promote, retry, or ${back} (${cause})`;
  let silence = input.rollbackDeadline;
  do {
    const then = `what they say is done; it stays at ${percent(rollout.progress.weight)} meanwhile`;
    rollout.record({ type: 'rollout.holding', wait: waitFrom('door', what, null, then) });
    silence = Math.min(silence * 2, longestSilence);
  } while (!(await waitUntil(decided, silence, 'until somebody decides at the one-way door')));
  return forcedOut(rollout) ?? onward(rollout);
}

function forcedOut({ requests: { departure } }: Rollout): Departure | null {
  return departure?.forced ? departure : null;
}

function onward(rollout: Rollout): Onward {
  const { requests, plan, progress } = rollout;
  const { promotion } = requests;
  requests.departure = null;
  requests.promotion = null;
  const last = plan.steps.at(-1)?.number ?? 1;
  const { step, weight } = progress;
  // What has been proven stays proven: going on means to begin anew.
  rollout.memory = {};
  rollout.record({ type: 'rollout.resumed' });
  if (!promotion) return { from: step ?? last, full: false };
  // A run that was lost left no step behind: there is only all of it.
  const { by, reason } = promotion;
  const full = promotion.full || step === null;
  const event = { type: 'bake.promoted', step: step ?? last, weight, by, reason } as const;
  rollout.record(full ? { ...event, full } : event);
  return { from: step === null ? last : step + 1, full };
}
