/** What people and bots may do to a release, and when it is refused. */

import { isWatchedBack } from './after-rollback.ts';
import { isAtDoor, isPastDoor } from './one-way.ts';
import { approvalRefusal, type GateProgress } from './gates.ts';
import { overrideTimes } from './calendar/override.ts';
import type { Wait } from './events.ts';
import type { RolloutProgress } from './rollout-progress.ts';
import type { ReleaseProgress } from './progress.ts';
import type { Actor } from './release.ts';

export const actions = [
  'pause',
  'resume',
  'promote',
  'rollback',
  'approve',
  'reject',
  'abort',
  'retry',
  'skip',
  'override',
] as const;
export type Action = (typeof actions)[number];

/** One sentence per action, for Temporal Web UI, the API and `--help`. */
export const actionDescriptions: Record<Action, string> = {
  pause: 'Holds every weight where it is; watching goes on, and a proven regression rolls back',
  resume: 'Goes on after a pause',
  promote: 'Takes the next step now without waiting for a verdict; `full` goes straight to 100 %',
  rollback: 'Returns all traffic to the designated version and quarantines this one',
  approve: 'Gives one approval to the open gate',
  reject: 'Closes the open gate with a no: the release is rejected or rolled back; needs a reason',
  abort: 'Stops the release: traffic goes back to the stable version, without quarantine',
  retry: 'Tries again what is being held after a failure, at once',
  skip: 'Goes on without what is being run or held (a check, a test, a way back that is missing, the watch after a rollback); needs a reason',
  override: 'Goes on in spite of windows, freezes and holds for a while; needs a reason',
};

/** The payload of every action, the same for API, signal and chat. */
export interface ActionRequest {
  /** Unique per decision: a repeat of the same id does nothing. */
  id: string;
  by: Actor;
  reason: string | null;
  /** Only this environment; null for the whole release. */
  environment: string | null;
  /** For `promote`: straight to 100 %. */
  full: boolean;
  /** For `promote`: refuse unless this step is the current one, so that a stale button does nothing. */
  step: number | null;
  /** For `rollback`, `abort` and `reject`: also past a one-way door. */
  force?: boolean;
  /** For `override`: for how long, in milliseconds. */
  for?: number | undefined;
}

/** Why the release cannot do this now, with what would help; null when it can. */
export function refusal(
  progress: ReleaseProgress,
  action: Action,
  request: ActionRequest,
): string | null {
  const { stage } = progress;
  if (stage === 'ended') return `the release has ended: ${progress.sentence ?? progress.outcome}`;
  if (request.environment !== null && !progress.rollouts[request.environment]) {
    const known = Object.keys(progress.rollouts).join(', ') || 'none has started';
    return `environment "${request.environment}" has no rollout in this release (${known})`;
  }
  const there = request.environment === null ? null : progress.rollouts[request.environment];
  const back = (stage === 'rollback' || there?.stage === 'rollback') && action !== 'retry';
  if (back && !isOpenOnTheWayBack(action, targetsOf(progress, request))) {
    return 'it is rolling back already, and a rollback is always carried out';
  }
  if (there?.stage === 'ended') return `${there.environment} has ended: ${there.sentence}`;
  return refusals[action](progress, request);
}

/** What a person can still say while others go back. */
function isOpenOnTheWayBack(action: Action, targets: readonly RolloutProgress[]): boolean {
  if (action === 'skip') return targets.some(isWatchedBack);
  return ['promote', 'rollback', 'abort'].includes(action) && targets.some(isAtDoor);
}

/** Going back past a one-way door takes an explicit word, and a reason. */
function refuseDoor(progress: ReleaseProgress, request: ActionRequest): string | null {
  if (request.force) return request.reason === null ? 'force needs a reason' : null;
  const past = targetsOf(progress, request).find(isPastDoor);
  if (!past) return null;
  const { environment, door } = past;
  return `${environment} is past a one-way door (${door}); promote it, or say it with force and a reason`;
}

type Refusal = (progress: ReleaseProgress, request: ActionRequest) => string | null;

const refusals: Record<Action, Refusal> = {
  pause: (progress, { environment }) => {
    if (progress.stage === 'warm') return 'it has reached 100 %: there is nothing left to hold';
    return isPaused(progress, environment) ? 'it is paused already' : null;
  },
  resume: ({ paused, pausedIn }, { environment }) => {
    if (environment !== null && paused) {
      return 'the release as a whole is paused: resume it without naming an environment';
    }
    if (environment !== null) return pausedIn.includes(environment) ? null : 'it is not paused';
    return paused || pausedIn.length > 0 ? null : 'it is not paused';
  },
  promote: (progress, request) => refusePromotion(progress, request),
  rollback: (progress, request) => {
    return progress.stage === 'queued'
      ? 'it has not started; use `abort` to take it out of the queue'
      : refuseDoor(progress, request);
  },
  approve: (progress, { by, environment }) => {
    const reasons = openGates(progress, environment).map((gate) => approvalRefusal(gate, by));
    return reasons.includes(null) ? null : (reasons[0] ?? 'no gate is open');
  },
  reject: (progress, request) => {
    const { environment, reason } = request;
    const [gate] = openGates(progress, environment);
    if (!gate) return 'no gate is open; use `abort` to stop the release';
    return reason === null ? 'a rejection needs a reason' : refuseDoor(progress, request);
  },
  abort: (progress, request) =>
    progress.stage === 'warm'
      ? 'it has reached 100 %; use `rollback` to go back'
      : refuseDoor(progress, request),
  retry: (progress) => (canRetry(progress) ? null : 'nothing has failed that could be tried again'),
  skip: (progress, request) => {
    if (request.reason === null) return 'skipping needs a reason';
    return canSkip(progress) ? null : 'no check or test is running or held';
  },
  override: (progress, request) => {
    const waits = targetsOf(progress, request).some(({ wait }) => isCalendarWait(wait));
    if (!waits) return 'nothing waits for a window, a freeze or a hold';
    if (request.reason === null) return 'an override needs a reason';
    const ms = request.for ?? overrideTimes.action;
    return ms > 0 && ms <= overrideTimes.most ? null : 'an override lasts up to 7d';
  },
};

/** The gates that wait for somebody, of the release and inside its rollouts. */
export function openGates(
  { gate, rollouts }: Pick<ReleaseProgress, 'gate' | 'rollouts'>,
  environment: string | null = null,
): GateProgress[] {
  const inside = Object.values(rollouts).filter((rollout) => {
    return environment === null || rollout.environment === environment;
  });
  const own = environment === null && gate ? [gate] : [];
  return [...own, ...inside.flatMap((rollout) => rollout.gate ?? [])];
}

function isPaused({ paused, pausedIn }: ReleaseProgress, environment: string | null): boolean {
  return paused || (environment !== null && pausedIn.includes(environment));
}

function refusePromotion(progress: ReleaseProgress, request: ActionRequest): string | null {
  const targets = targetsOf(progress, request);
  const promotable = targets.filter(isPromotable);
  if (promotable.length === 0 && targets.some(({ gate }) => gate !== null)) {
    return 'a gate is open before the next step: approve it or reject it';
  }
  if (promotable.length === 0 && targets.some(isStopped)) {
    return 'all applications are stopped; `crescendo resume --all` lets them go on';
  }
  if (promotable.length === 0) {
    return 'no environment is between two weights; promote works while a step is baking or held';
  }
  if (request.step === null || promotable.some((rollout) => rollout.step === request.step))
    return null;
  const now = promotable.map(({ environment, step }) => `${environment} is at step ${step}`);
  return `step ${request.step} is over: ${now.join(', ')}`;
}

function targetsOf(progress: ReleaseProgress, request: ActionRequest): RolloutProgress[] {
  const all = Object.values(progress.rollouts);
  return request.environment === null
    ? all
    : all.filter(({ environment }) => environment === request.environment);
}

function isStopped({ wait }: RolloutProgress): boolean {
  return wait?.key === 'stop';
}

/** Waits for the calendar: a verdict or a person's word for it would change nothing. */
const calendarWaits = new Set(['window', 'freeze', 'hold']);

function isCalendarWait(wait: Wait | null): boolean {
  return calendarWaits.has(wait?.key ?? '');
}

function isPromotable(rollout: RolloutProgress): boolean {
  const { gate, stage, step, wait } = rollout;
  if (gate !== null || isStopped(rollout) || isCalendarWait(wait)) return false;
  if (wait?.key === 'way-back') return false;
  return stage === 'bake' || (stage === 'hold' && step !== null) || isAtDoor(rollout);
}

/** Waits that began because something did not pass. */
const failureWaits = new Set(['failure', 'verdict', 'door']);

function canRetry(progress: ReleaseProgress): boolean {
  if (progress.stage === 'rollback' || failureWaits.has(progress.wait?.key ?? '')) return true;
  return Object.values(progress.rollouts).some((rollout) => {
    const back = rollout.stage === 'rollback' || isWatchedBack(rollout);
    return back || failureWaits.has(rollout.wait?.key ?? '');
  });
}

function canSkip(progress: ReleaseProgress): boolean {
  if (progress.stage === 'verify' || progress.wait?.key === 'failure') return true;
  return Object.values(progress.rollouts).some((rollout) => {
    const key = rollout.wait?.key;
    const held = key === 'failure' || key === 'way-back' || isWatchedBack(rollout);
    return rollout.stage === 'test' || held;
  });
}
