/** toneOf: whether an event is good news, bad news or just news. */

import type { CrescendoEvent } from '../../domain/events.ts';
import { outcomeMarks, type MarkTone } from '../../domain/marks.ts';

const verdictTones = {
  pass: 'good',
  fail: 'bad',
  insufficient_data: 'warn',
  inconclusive: 'warn',
  invalid: 'warn',
} as const;

export function toneOf(event: CrescendoEvent): MarkTone | 'plain' {
  switch (event.type) {
    case 'bake.finished':
      return verdictTones[event.verdict.verdict];
    case 'test.finished':
      return event.result.passed ? 'good' : 'bad';
    case 'check.finished':
      return ({ passed: 'good', failed: 'bad', skipped: 'warn' } as const)[event.state];
    case 'release.ended':
      return outcomeMarks[event.outcome].tone;
    case 'gate.closed':
      return event.approved ? 'good' : 'bad';
    case 'rollback.started':
    case 'rollback.delayed':
    case 'rollback.failed':
      return 'bad';
    case 'step.delayed':
    case 'version.quarantined':
    case 'worker.missed':
    case 'rollout.holding':
    case 'release.holding':
    case 'gate.opened':
      return 'warn';
    case 'traffic.shifted':
    case 'action.accepted':
      return 'live';
    default:
      return 'plain';
  }
}
