/** estimate: when a release would be through, from its plan, its calendars and its patience. */

import { nextClear, clearanceAt, type EnvironmentCalendar } from './calendar/clearance.ts';
import type { Plan, RolloutPlan, WavePlan } from './plan.ts';
import type { Spec } from './spec.ts';

/** How fast evidence and people are. */
export const paces = ['earliest', 'likely', 'latest'] as const;
export type Pace = (typeof paces)[number];

/**
 * Where between the least and the most time a bake, a gate or CI ends. `likely` is a rule of thumb:
 * most verdicts and approvals come in the first quarter.
 */
const shares: Record<Pace, number> = { earliest: 0, likely: 0.25, latest: 1 };

/** ISO 8601; null: not within what the calendar shows, or it would be sent back by `onClose`. */
export type Estimate = Record<Pace, string | null>;

/** What an estimate needs beside the plan. */
export interface EstimateContext {
  /** Epoch milliseconds of the start. */
  at: number;
  /** By environment; one that is missing is always open. */
  calendars: Record<string, EnvironmentCalendar>;
  verifyTimeout: Spec['verifyTimeout'];
}

/**
 * The moment all environments have finished their last bake. Deployments and tests are not counted:
 * nobody knows their length beforehand. Holds for want of evidence are not either.
 */
export function estimate(plan: Plan, context: EstimateContext): Estimate {
  const finish = (pace: Pace) => {
    const ms = finishOf(plan, context, shares[pace]);
    return ms === null ? null : new Date(ms).toISOString();
  };
  return { earliest: finish('earliest'), likely: finish('likely'), latest: finish('latest') };
}

function finishOf(plan: Plan, context: EstimateContext, share: number): number | null {
  const { at, verifyTimeout } = context;
  let moment: number | null = plan.verify.length > 0 ? at + verifyTimeout * share : at;
  for (const wave of plan.waves) {
    if (moment === null) return null;
    const gates = wave.gates.reduce((time, gate) => time + gate.expires * share, 0);
    moment = finishOfWave(wave, moment + gates, context, share);
  }
  return moment;
}

/** So many at a time, each beginning when one before it has finished. */
function finishOfWave(
  { rollouts, parallel }: WavePlan,
  start: number,
  context: EstimateContext,
  share: number,
): number | null {
  const lanes = Array.from(
    { length: Math.max(1, Math.min(parallel, rollouts.length)) },
    () => start,
  );
  for (const rollout of rollouts) {
    const lane = lanes.indexOf(Math.min(...lanes));
    const end = finishOfRollout(rollout, lanes[lane] ?? start, context, share);
    if (end === null) return null;
    lanes[lane] = end;
  }
  return Math.max(...lanes);
}

function finishOfRollout(
  { environment, steps }: RolloutPlan,
  start: number,
  { calendars }: EstimateContext,
  share: number,
): number | null {
  const known = calendars[environment] ?? { openingAfter: null, stops: [] };
  let { openingAfter } = known;
  let moment = start;
  for (const { bake } of steps) {
    const calendar = { ...known, openingAfter };
    const clear = nextClear(calendar, moment);
    if (clear === null) return null;
    const opening = openingAfter?.(clear) ?? null;
    // What has begun in a window that lets it continue needs no further one.
    if (opening?.onClose === 'continue') openingAfter = null;
    moment = clear + (bake ? bake.min + (bake.max - bake.min) * share : 0);
    if (opening?.onClose === 'rollback' && !isStillOpen(calendar, moment, opening.to)) return null;
  }
  return moment;
}

/** Whether the window a step began in is open when its bake ends. */
function isStillOpen(calendar: EnvironmentCalendar, at: number, closes: number): boolean {
  return at < closes || clearanceAt({ ...calendar, stops: [] }, at).open;
}
