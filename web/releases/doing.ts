/** doing: what an environment does right now, in a word and a sentence. */

import { backWords, isSickBack } from '../../domain/after-rollback.ts';
import type { Mark } from '../../domain/marks.ts';
import type { ReleaseProgress } from '../../domain/progress.ts';
import { countTests } from '../../domain/plan.ts';
import { tripWords } from '../../domain/round-trip.ts';
import { reachedBy, type RolloutProgress } from '../../domain/rollout-progress.ts';
import type { Wait } from '../../domain/events.ts';
import { span } from '../../domain/words.ts';
import { wallTime } from '../parts/wall-time.ts';
import { candidateOf, placeInPlan, planOf } from './plan-view.ts';

/** `now`: epoch milliseconds. */
export function doing(progress: ReleaseProgress, rollout: RolloutProgress, now: number): Mark {
  const canary = candidateOf(progress, rollout.environment);
  const lasting = span(now - Date.parse(rollout.since));
  const trip = onTrip(progress, rollout, lasting);
  if (trip) return trip;
  switch (rollout.stage) {
    case 'deploy':
      return live(`deploying ${canary} without traffic, ${lasting}`);
    case 'test':
      return live(`testing ${canary}, ${testCount(progress, rollout)}, ${lasting}`);
    case 'shift':
      return live(`${rollout.wait ? 'still at' : 'shifted to'} ${at(rollout)}, ${lasting}`);
    case 'bake':
      return live(`baking ${stepOf(rollout)}, ${bakeClock(rollout, now)}`);
    case 'hold':
      return { mark: '‖', tone: 'warn', word: `held at ${at(rollout)}, ${lasting}` };
    case 'finished':
      return finishedMark(rollout, canary, lasting);
    case 'rollback':
      return { mark: '↩', tone: 'bad', word: backSentence(rollout, lasting) };
    case 'ended':
      return endedMark(rollout);
  }
}

/** What an environment without a rollout waits for. */
export function notStarted(progress: ReleaseProgress, environment: string): string {
  if (progress.outcome !== null || progress.stage === 'rollback') return '– not reached';
  const place = placeInPlan(progress, environment);
  return place?.startsWith('wave') ? `○ to come in ${place}` : '○ to come';
}

function live(word: string): Mark {
  return { mark: '●', tone: 'live', word };
}

/** Up and down, and the tests between: one journey with one line. */
function onTrip(progress: ReleaseProgress, rollout: RolloutProgress, lasting: string): Mark | null {
  const { trip, stage } = rollout;
  if (trip === null || (stage !== 'deploy' && stage !== 'test')) return null;
  return live(`${tripWords(trip)}, ${testCount(progress, rollout)}, ${lasting}`);
}

/** After a return its version goes on being watched. */
function finishedMark(rollout: RolloutProgress, canary: string, lasting: string): Mark {
  if (rollout.back === null) {
    return { mark: '✔', tone: 'good', word: `${canary} has all traffic` };
  }
  const word = backSentence({ ...rollout, designated: canary }, lasting);
  if (isSickBack(rollout)) return { mark: '✖', tone: 'bad', word };
  return { mark: rollout.back === 'verified' ? '✔' : '●', tone: 'good', word };
}

function endedMark({ outcome, live, sentence }: RolloutProgress): Mark {
  if (outcome === 'finished') return { mark: '✔', tone: 'good', word: 'finished' };
  if (outcome === 'rolled_back') {
    return { mark: '↩', tone: 'bad', word: `rolled back, ${live ?? 'no version'} has all traffic` };
  }
  if (outcome === 'abandoned') {
    return { mark: '–', tone: 'warn', word: `left before it had traffic: ${sentence}` };
  }
  return { mark: '✖', tone: 'bad', word: `rollback failed: ${sentence}` };
}

function backSentence(rollout: RolloutProgress, lasting: string): string {
  const { sentence } = rollout;
  return `${backWords(rollout)}, ${lasting}${sentence === null ? '' : `; ${sentence}`}`;
}

/** Weight and step, as far as there are. */
function at(rollout: RolloutProgress): string {
  return [reachedBy(rollout), stepOf(rollout)].filter(Boolean).join(', ');
}

export function stepOf({ step, steps }: RolloutProgress): string {
  return step === null ? '' : `step ${step} of ${steps.length}`;
}

/** `12 s of at most 20 s, then the policy decides` */
function bakeClock({ wait, since }: RolloutProgress, now: number): string {
  const start = Date.parse(wait?.since ?? since);
  const elapsed = span(now - start);
  if (!wait?.until) return elapsed;
  return `${elapsed} of at most ${span(Date.parse(wait.until) - start)}, then ${wait.then}`;
}

function testCount(progress: ReleaseProgress, { environment, tests }: RolloutProgress): string {
  const all = countTests(planOf(progress, environment)) ?? tests.length;
  const failed = tests.filter(({ passed }) => !passed).length;
  return `${tests.length} of ${all} tests done${failed > 0 ? `, ${failed} failed` : ''}`;
}

/** `since 14:05:09 (12 s), until 14:25:09 (19 min left), then it is held` */
export function waitSentence(wait: Wait, now: number): string {
  const lasted = span(now - Date.parse(wait.since));
  const since = `since ${wallTime(wait.since, now)} (${lasted})`;
  if (wait.until === null) return `${since}, with no time limit; then ${wait.then}`;
  const left = Date.parse(wait.until) - now;
  const rest = left > 0 ? `${span(left)} left` : 'time is up';
  return `${since}, until ${wallTime(wait.until, now)} (${rest}), then ${wait.then}`;
}

/** How much of a wait is over, 0 to 1; null when it has no end. */
export function waitShare({ since, until }: Wait, now: number): number | null {
  if (until === null) return null;
  const [start, end] = [Date.parse(since), Date.parse(until)];
  return end <= start ? 1 : Math.min(1, Math.max(0, (now - start) / (end - start)));
}
