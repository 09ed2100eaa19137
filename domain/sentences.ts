/** An event as one sentence: timelines, logs and announcements say it in these words. */

import type {
  CrescendoEvent,
  GateEventBody,
  MetricHistory,
  ReleaseEvent,
  RolloutEvent,
  Wait,
} from './events.ts';
import { holdSentence } from './calendar/hold.ts';
import { unpack } from './pack.ts';
import { shareWords } from './traffic.ts';
import { waveName, type ReturnPart } from './waves.ts';
import { listed, percent, person, reach } from './words.ts';

/** ISO 8601 in, what the reader is shown out: time zones are the screen's business. */
type Time = (iso: string) => string;

/** Without the environment's name; null for an event that tells a reader nothing new. */
export function eventSentence(event: CrescendoEvent, time: Time): string | null {
  return event.environment === null ? releaseSentence(event, time) : rolloutSentence(event, time);
}

function releaseSentence(event: ReleaseEvent, time: Time): string | null {
  switch (event.type) {
    case 'release.submitted':
      return event.hotfix === undefined
        ? `version ${event.version.name} submitted by ${person(event.by)}${why(event.reason)}`
        : `hotfix ${event.version.name} submitted by ${person(event.by)}${why(event.hotfix)}`;
    case 'release.queued':
      return `queued: ${waiting(event.wait, time)}`;
    case 'release.admitted':
      return `admitted: ${countSteps(event)}`;
    case 'check.started':
      return `check ${event.check}: started`;
    case 'check.finished':
      return `check ${event.check}: ${event.state}${colon(event.detail)}`;
    case 'stage.entered':
      return event.stage === 'ended' ? null : `stage ${event.stage}`;
    case 'release.holding':
      return `held: ${waiting(event.wait, time)}`;
    case 'release.resumed':
      return 'goes on';
    case 'gate.opened':
    case 'gate.approved':
    case 'gate.closed':
      return gateSentence(event, time);
    case 'action.accepted':
      return `${event.action}${event.only === null ? '' : ` in ${event.only}`}${event.force ? ' with force' : ''} by ${person(event.by)}${why(event.reason)}`;
    case 'wave.baking':
      return waiting(event.wait, time);
    case 'wave.baked':
      return `wave ${event.wave} has passed its watch${tolerated(event.tolerated)}`;
    case 'rollback.ordered':
      return `goes back in this order: ${event.order.map(part).join('; ')}`;
    case 'hold.placed':
      return `${event.hold.kind} placed: ${holdSentence(event.hold, time)}`;
    case 'hold.lifted':
      return `${event.hold.id} lifted by ${person(event.by)}${why(event.reason)}`;
    case 'version.quarantined':
      return `version ${event.version} quarantined${colon(event.reason)}`;
    case 'estate.stopped':
      return `all applications stopped by ${person(event.by)}: ${event.reason}`;
    case 'estate.resumed':
      return `all applications resumed by ${person(event.by)}${why(event.reason)}`;
    case 'release.warm':
      return `all traffic moved; ${waiting(event.wait, time)}`;
    case 'release.ended':
      return `${event.outcome.replace('_', ' ')}${colon(event.sentence)}`;
    default:
      return unknownEvent(event);
  }
}

function rolloutSentence(event: RolloutEvent, time: Time): string | null {
  switch (event.type) {
    case 'rollout.started':
      return `rollout beside ${event.stable ?? 'nothing (first release)'}, steps ${(event.audiences ?? event.weights.map(percent)).join(', ')}; a rollback goes to ${event.designated ?? 'nothing'}`;
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
    case 'rollout.calibrated':
      return `past of the stable version: ${event.histories.map(historySentence).join('; ')}`;
    case 'traffic.shifted':
      return `traffic ${event.shares.map(shareWords).join(', ') || 'to nobody'}`;
    case 'bake.started':
      return `step ${event.step} at ${reach(event)}: baking`;
    case 'bake.finished':
      return `step ${event.step} at ${reach(event)}: ${event.verdict.verdict.replace('_', ' ')}${colon(event.verdict.sentence)}`;
    case 'bake.promoted':
      return `step ${event.step} at ${reach(event)}: promoted by ${person(event.by)}${why(event.reason)}`;
    case 'rollout.holding':
      return `held: ${waiting(event.wait, time)}`;
    case 'rollout.resumed':
      return 'goes on';
    case 'calendar.overridden':
      return `goes on in spite of ${event.what}, on the word of ${person(event.by)} (${event.reason}), until ${time(event.until)}`;
    case 'step.delayed':
      return `delayed: ${waiting(event.wait, time)}`;
    case 'door.passed':
      return `${event.version} cannot be gone back past from now on: ${event.reason}`;
    case 'rollout.finished':
    case 'rollout.settled':
      return null;
    case 'rollback.started':
      return `rolling back to ${event.to ?? 'nothing'} by ${person(event.by)}${colon(event.cause)}`;
    case 'rollback.delayed':
      return `rollback delayed after ${event.attempts} attempts${colon(event.sentence)}`;
    case 'rollback.returned':
      return `all traffic back on ${event.to}; ${waiting(event.wait, time)}`;
    case 'rollback.failed':
      return `rollback failed: ${event.sentence}; ${waiting(event.wait, time)}`;
    case 'rollback.left':
      return `left as it is: ${event.sentence}`;
    case 'rollback.verified': {
      const on = `rollback verified: all traffic on ${event.to ?? 'nothing'}`;
      return event.detail === undefined ? on : `${on}; ${event.detail}`;
    }
    case 'trip.started':
      return `round trip: back to ${event.version}`;
    case 'trip.finished':
      return `round trip: ${event.sentence}`;
    case 'version.retired':
      return `${event.version} retired`;
    case 'worker.missed':
      return waiting(event.wait, time);
    case 'worker.returned':
      return `a worker polls ${event.queue} again`;
    case 'gate.opened':
    case 'gate.approved':
    case 'gate.closed':
      return gateSentence(event, time);
    case 'rollout.ended':
      return `rollout ${event.outcome.replace('_', ' ')}${colon(event.sentence)}`;
    default:
      return unknownEvent(event);
  }
}

function gateSentence(event: GateEventBody, time: Time): string {
  switch (event.type) {
    case 'gate.opened':
      return `gate "${event.gate}": ${waiting(event.wait, time)}`;
    case 'gate.approved':
      return `gate "${event.gate}": approved by ${person(event.by)}${why(event.reason)}, ${event.missing} missing`;
    case 'gate.closed':
      return `gate "${event.gate}": ${event.approved ? 'open' : 'closed with a no'}${colon(event.sentence)}`;
  }
}

/** `errors: 180 intervals, 0.5 % of 95 requests/s`. */
function historySentence(history: MetricHistory): string {
  const { metric, intervals, requestsPerSecond: pace, rate, calibrated, detail } = history;
  if (detail !== null) return `${metric}: none (${detail})`;
  const share = rate === null ? '' : `${Number((rate * 100).toPrecision(3))} % of `;
  const traffic = pace === null ? '' : `, ${share}${Number(pace.toPrecision(3))} requests/s`;
  return `${metric}: ${intervals} intervals${traffic}${calibrated ? '' : whyUncalibrated(history)}`;
}

/** One series says how the whole wobbles over time, and nothing of how instances differ. */
function whyUncalibrated({ instances }: MetricHistory): string {
  return instances === 1
    ? ', one series: how instances differ is not known'
    : ', too little to calibrate';
}

function tolerated(environments: readonly string[]): string {
  return environments.length === 0 ? '' : `; went back and was tolerated: ${listed(environments)}`;
}

function part({ wave, environments }: ReturnPart): string {
  return `${waveName(wave)} (${listed(environments)})`;
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

function waiting(wait: Wait, time: Time): string {
  const until = wait.until === null ? 'with no time limit' : `until ${time(wait.until)}`;
  return `waits for ${wait.for} ${until}, then ${wait.then}`;
}

function countSteps(event: Extract<ReleaseEvent, { type: 'release.admitted' }>): string {
  const plan = unpack(event.plan);
  const names = plan.waves.flatMap((wave) => wave.rollouts.map(({ environment }) => environment));
  const staging = plan.staging ? `${plan.staging.environment}, then ` : '';
  return `${staging}${listed(names)} in ${plan.waves.length} ${plan.waves.length === 1 ? 'wave' : 'waves'}`;
}
