/** plainLine: an event as one line that is kept: in a CI log, a pipe, a file. */

import type { CrescendoEvent, ReleaseEvent, RolloutEvent, Wait } from '../../domain/events.ts';
import { printable } from './text.ts';
import { stamp } from './time.ts';
import { percent, person } from './view.ts';

/** One line without a line end; null for an event that tells a reader nothing new. */
export function plainLine(event: CrescendoEvent): string | null {
  const sentence = event.environment === null ? releaseSentence(event) : rolloutSentence(event);
  if (sentence === null) return null;
  const where = event.environment === null ? '' : `${event.environment}: `;
  return `${stamp(event.at)}  ${printable(`${where}${sentence}`)}`;
}

function releaseSentence(event: ReleaseEvent): string | null {
  switch (event.type) {
    case 'release.submitted':
      return `version ${event.version.name} submitted by ${person(event.by)}${why(event.reason)}`;
    case 'release.queued':
      return `queued: ${waiting(event.wait)}`;
    case 'release.admitted':
      return `admitted: ${countSteps(event)}`;
    case 'check.started':
      return `check ${event.check}: started`;
    case 'check.finished':
      return `check ${event.check}: ${event.state}${colon(event.detail)}`;
    case 'stage.entered':
      return event.stage === 'ended' ? null : `stage ${event.stage}`;
    case 'release.holding':
      return `held: ${waiting(event.wait)}`;
    case 'release.resumed':
      return 'goes on';
    case 'gate.opened':
      return `gate "${event.gate}": ${waiting(event.wait)}`;
    case 'gate.approved':
      return `gate "${event.gate}": approved by ${person(event.by)}${why(event.reason)}, ${event.missing} missing`;
    case 'gate.closed':
      return `gate "${event.gate}": ${event.approved ? 'open' : 'closed with a no'}${colon(event.sentence)}`;
    case 'action.accepted':
      return `${event.action} by ${person(event.by)}${why(event.reason)}`;
    case 'version.quarantined':
      return `version ${event.version} quarantined${colon(event.reason)}`;
    case 'release.warm':
      return `all traffic moved; ${waiting(event.wait)}`;
    case 'release.ended':
      return `${event.outcome.replace('_', ' ')}${colon(event.sentence)}`;
    default:
      return unknownEvent(event);
  }
}

function rolloutSentence(event: RolloutEvent): string | null {
  switch (event.type) {
    case 'rollout.started':
      return `rollout beside ${event.stable ?? 'nothing (first release)'}, steps ${event.weights.map(percent).join(', ')}; a rollback goes to ${event.designated ?? 'nothing'}`;
    case 'version.deploying':
      return `deploying ${event.version}`;
    case 'version.deployed':
      return `${event.version} is up at ${event.url}`;
    case 'test.started':
      return `test ${event.name}: started`;
    case 'test.finished': {
      const { name, passed, failed, total, detail } = event.result;
      return `test ${name}: ${passed ? 'passed' : `failed, ${failed} of ${total}`}${colon(detail)}`;
    }
    case 'traffic.shifted':
      return `traffic ${event.shares.map((share) => `${share.version} ${percent(share.weight)}`).join(', ') || 'to nobody'}`;
    case 'bake.started':
      return `step ${event.step} at ${percent(event.weight)}: baking`;
    case 'bake.finished':
      return `step ${event.step} at ${percent(event.weight)}: ${event.verdict.verdict}${colon(event.verdict.sentence)}`;
    case 'bake.promoted':
      return `step ${event.step} at ${percent(event.weight)}: promoted by ${person(event.by)}${why(event.reason)}`;
    case 'rollout.holding':
      return `held: ${waiting(event.wait)}`;
    case 'rollout.resumed':
      return 'goes on';
    case 'rollout.finished':
      return null;
    case 'rollback.started':
      return `rolling back to ${event.to ?? 'nothing'} by ${person(event.by)}${colon(event.cause)}`;
    case 'rollback.delayed':
      return `rollback delayed after ${event.attempts} attempts${colon(event.sentence)}`;
    case 'rollback.verified':
      return `rollback verified: all traffic on ${event.to ?? 'nothing'}`;
    case 'version.retired':
      return `${event.version} retired`;
    case 'rollout.ended':
      return `rollout ${event.outcome.replace('_', ' ')}${colon(event.sentence)}`;
    default:
      return unknownEvent(event);
  }
}

/** A newer server may record what this client has not heard of. */
function unknownEvent(event: never): string {
  return (event as CrescendoEvent).type;
}

function why(reason: string | null): string {
  return reason === null ? '' : ` (${reason})`;
}

function colon(text: string): string {
  return text === '' ? '' : `: ${text}`;
}

function waiting(wait: Wait): string {
  const until = wait.until === null ? 'with no time limit' : `until ${stamp(wait.until)}`;
  return `waits for ${wait.for} ${until}, then ${wait.then}`;
}

function countSteps({ plan }: Extract<ReleaseEvent, { type: 'release.admitted' }>): string {
  const names = plan.waves.flatMap((wave) => wave.rollouts.map(({ environment }) => environment));
  const staging = plan.staging ? `${plan.staging.environment}, then ` : '';
  return `${staging}${names.join(', ')} in ${plan.waves.length} ${plan.waves.length === 1 ? 'wave' : 'waves'}`;
}
