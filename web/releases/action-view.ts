/** actionButtons: which actions a release offers, in which order, and what each one means now. */

import { isWatchedBack } from '../../domain/after-rollback.ts';
import { isPastDoor } from '../../domain/one-way.ts';
import { openGates, type Action } from '../../domain/actions.ts';
import type { RolloutProgress } from '../../domain/rollout-progress.ts';
import { reach } from '../../domain/words.ts';
import type { ReleaseAnswer } from '../server/answers.ts';
import { candidateOf } from './plan-view.ts';

export interface ActionButton {
  action: Action;
  label: string;
  tone: 'primary' | 'danger' | 'plain';
  /** Asks again before it acts. */
  confirms: boolean;
  /** Takes something away that does not come back by itself. */
  destructive: boolean;
}

/** What an action would do to one environment. */
export interface ActionTarget {
  environment: string;
  /** For `promote`: the step that is seen, so that a stale button does nothing. */
  step: number | null;
}

const labels: Record<Action, string> = {
  rollback: 'Roll back',
  approve: 'Approve',
  reject: 'Reject',
  resume: 'Resume',
  retry: 'Try again',
  promote: 'Promote',
  pause: 'Pause',
  skip: 'Skip',
  override: 'Override',
  abort: 'Abort',
};

const destructive = new Set<Action>(['rollback', 'abort', 'reject']);
/** Harmless, and undone as easily. */
const immediate = new Set<Action>(['pause', 'resume', 'retry']);
/** What a hurried reader needs first. */
const order: Action[] = [
  'rollback',
  'approve',
  'resume',
  'retry',
  'pause',
  'promote',
  'reject',
  'skip',
  'override',
  'abort',
];

/** Only what the server says the release accepts now. */
export function actionButtons(release: ReleaseAnswer) {
  const { allowedActions, paused, pausedIn } = release;
  const suggested =
    openGates(release).length > 0 ? 'approve' : paused || pausedIn.length > 0 ? 'resume' : 'retry';
  return order
    .filter((action) => allowedActions.includes(action))
    .map((action): ActionButton => {
      const plain = action === suggested ? 'primary' : 'plain';
      return {
        action,
        label: labels[action],
        // One red button, so that it is found.
        tone: action === 'rollback' ? 'danger' : plain,
        confirms: !immediate.has(action),
        destructive: destructive.has(action),
      };
    });
}

/** The environments that an action may be limited to. */
export function targetsOf(release: ReleaseAnswer, action: Action): ActionTarget[] {
  const running = Object.values(release.rollouts).filter((rollout) => {
    const { stage } = rollout;
    if (stage === 'rollback') return action === 'skip' && isWatchedBack(rollout);
    return stage !== 'ended';
  });
  const chosen = action === 'promote' ? running.filter(isPromotable) : running;
  return chosen.map(({ environment, step }) => ({ environment, step }));
}

function isPromotable({ stage, step, gate }: RolloutProgress): boolean {
  if (gate !== null) return false;
  return stage === 'bake' || (stage === 'hold' && step !== null);
}

/** Why an action would lead back past a one-way door; null when it does not. */
export function doorBefore(release: ReleaseAnswer, action: Action, place: string): string | null {
  if (!['rollback', 'abort', 'reject'].includes(action)) return null;
  const past = Object.values(release.rollouts).find((rollout) => {
    return isPastDoor(rollout) && (place === '' || rollout.environment === place);
  });
  return past ? `${past.environment}: ${past.door}` : null;
}

/** What will happen, in one sentence. */
export function consequence(release: ReleaseAnswer, action: Action): string {
  const version = release.version?.name ?? 'the version';
  switch (action) {
    case 'rollback':
      return `${backTo(release)} ${version} is quarantined.`;
    case 'abort':
      return `The release stops. Traffic goes back to the stable version; ${version} is not quarantined.`;
    case 'promote':
      return 'Takes the next step now, without waiting for a verdict.';
    case 'approve':
      return approvalSentence(release);
    case 'reject':
      return 'The gate closes with a no: the release is rejected, or rolled back where it has begun.';
    case 'override':
      return 'Goes on for an hour in spite of windows, freezes and holds. It is listed for review.';
    case 'skip':
      return 'Goes on without what is run or held: a check, a test, a way back, the watch after a rollback.';
    case 'pause':
      return 'Every weight stays where it is. Watching goes on: a proven regression rolls back.';
    case 'resume':
      return 'Goes on after the pause.';
    case 'retry':
      return 'Tries again at once what is held after a failure.';
  }
}

function backTo({ rollouts }: ReleaseAnswer): string {
  const places = Object.values(rollouts).filter(({ designated }) => designated !== null);
  const versions = new Set(places.map(({ designated }) => designated));
  if (versions.size === 0) return 'No version has traffic to take back yet; the release ends.';
  if (versions.size === 1) return `All traffic goes back to ${[...versions].join('')}.`;
  const each = places.map(({ environment, designated }) => `${designated} in ${environment}`);
  return `All traffic goes back to ${each.join(', ')}.`;
}

function approvalSentence(release: ReleaseAnswer): string {
  const gates = openGates(release);
  const [gate] = gates;
  if (gates.length > 1) return `Gives one approval to each of ${gates.length} open gates.`;
  if (!gate) return 'Gives one approval to the open gate.';
  const given = gate.approvals.length;
  return `Gives one approval to the gate ${gate.gate}: ${given} of ${gate.needs} so far.`;
}

/** Where `promote` leads: `25 %`, or the end of the last step. */
export function nextWeight(release: ReleaseAnswer, { environment, step }: ActionTarget): string {
  const { steps } = release.rollouts[environment] ?? { steps: [] };
  const next = steps.find(({ number }) => number === (step ?? 0) + 1);
  const canary = candidateOf(release, environment);
  return next ? `to ${reach(next)}` : `${canary} is finished here`;
}
