/** Moments of a rehearsal: whether an event is the one that a person of the script waits for. */

import type { CrescendoEvent } from '../domain/events.ts';
import { shareOf } from '../domain/gate-place.ts';
import type { Person } from './scenario.ts';

/** Waits that somebody has to end, and those of the calendar. */
const held = new Set(['verdict', 'pause', 'failure']);
const calendar = new Set(['window', 'freeze', 'hold']);

export function isMoment(
  { when, environment }: Pick<Person, 'when' | 'environment'>,
  event: CrescendoEvent,
): boolean {
  if (environment !== undefined && event.environment !== environment) return false;
  const [word = '', ...rest] = when.split(' ');
  switch (word) {
    case 'start':
      return event.type === 'release.admitted';
    case 'gate':
      return event.type === 'gate.opened' && (rest.length === 0 || event.gate === rest.join(' '));
    case 'hold':
      return held.has(waitKey(event));
    case 'window':
      return calendar.has(waitKey(event));
    case 'rollback':
      return event.type === 'rollback.started';
    case 'warm':
      return event.type === 'release.warm';
    default:
      return isReached(when, event);
  }
}

function waitKey(event: CrescendoEvent): string {
  const holding = event.type === 'rollout.holding' || event.type === 'release.holding';
  return holding ? event.wait.key : '';
}

/** A step is reached once people have its share. */
function isReached(when: string, event: CrescendoEvent): boolean {
  if (event.type !== 'traffic.shifted' || event.step === null) return false;
  const share = shareOf(when);
  return share === null ? `step ${event.step}` === when : event.weight >= share;
}
