/** What a release of many environments keeps of each: enough to decide by; the journal has the rest. */

import type { RolloutEvent } from './events.ts';
import { rolloutsOf, type Plan } from './plan.ts';

/** Up to so many rollouts, the release itself knows every detail of each. */
const mostDetailed = 25;

/** Characters of a sentence that is kept. */
const sentenceLength = 200;

export function isLargePlan(plan: Plan | null): boolean {
  return plan !== null && rolloutsOf(plan).length > mostDetailed;
}

/** The event without evidence and logs; null when it changes nothing that is decided by. */
export function briefly(event: RolloutEvent): RolloutEvent | null {
  switch (event.type) {
    case 'rollout.calibrated':
    case 'version.retired':
    case 'calendar.overridden':
      return null;
    case 'version.deployed':
      return { ...event, url: '' };
    case 'test.finished': {
      const { name, passed, total, failed } = event.result;
      const detail = passed ? '' : short(event.result.detail);
      const result = { name, passed, total, failed, detail, failures: [], logTail: '' };
      return { ...event, result };
    }
    case 'traffic.shifted':
    case 'rollback.returned':
    case 'rollback.verified':
      return { ...event, shares: [] };
    case 'bake.finished': {
      const { verdict, cause, culprit } = event.verdict;
      const sentence = verdict === 'pass' ? '' : short(event.verdict.sentence);
      return { ...event, verdict: { verdict, cause, culprit, sentence, evidence: [], looks: 0 } };
    }
    case 'rollback.started':
      return { ...event, cause: short(event.cause) };
    case 'rollback.failed':
      return { ...event, sentence: short(event.sentence), evidence: [] };
    case 'rollback.delayed':
    case 'rollback.left':
    case 'rollout.ended':
      return { ...event, sentence: short(event.sentence) };
    default:
      return event;
  }
}

function short(sentence: string): string {
  return sentence.length <= sentenceLength ? sentence : `${sentence.slice(0, sentenceLength)}…`;
}

/** What the release decides by, or what somebody is waited for: it must not hear of it late. */
const urgent = new Set<RolloutEvent['type']>([
  'rollout.holding',
  'rollout.finished',
  'rollout.settled',
  'rollout.ended',
  'rollback.started',
  'rollback.delayed',
  'rollback.returned',
  'rollback.failed',
  'rollback.left',
  'door.passed',
  'step.delayed',
  'gate.opened',
  'gate.closed',
  'worker.missed',
  'worker.returned',
]);

export function isUrgent({ type }: RolloutEvent): boolean {
  return urgent.has(type);
}
