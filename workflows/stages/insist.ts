/** Insist: keep trying what an environment refuses, say so on the record, and give up in the end. */

import { ApplicationFailure } from '@temporalio/workflow';
import { formatDuration } from '../../domain/duration.ts';
import type { DelayedStage } from '../../domain/events.ts';
import { ranOutOfTime, ranOutOfTries, sentenceOf } from '../causes.ts';
import type { Round } from '../proxies.ts';
import { waitFrom, type Rollout } from '../rollout-state.ts';

export interface Errand<T> {
  stage: DelayedStage;
  /** Sentence part: `the router of eu to give 1.1.0 25 %`. */
  what: string;
  /** Milliseconds for all tries together. */
  patience: number;
  /** Sentence part: what happens when it is given up. */
  then: string;
  /** One activity, limited to the round. */
  attempt(round: Round): Promise<T>;
}

/** Pause before the next try, in milliseconds: it doubles with every try. */
const pauses = { first: 200, longest: 10_000 };

/** Fewer failed tries than these may be a blink, and nobody is told. */
const blink = 3;

/**
 * Tries until it works. Rounds double, and there is one event per round: half an hour of failing
 * makes about eight. The pauses are those of the activity's retries, and between two rounds there is
 * none, which is simpler than a timer to cancel. What a retry cannot help is thrown at once, as it is.
 * @throws ApplicationFailure when the patience is over
 */
export async function insist<T>(rollout: Rollout, errand: Errand<T>): Promise<T> {
  const { patience } = errand;
  const began = Date.now();
  const left = () => began + patience - Date.now();
  let failed = 0;
  for (let tries = 1; ; tries *= 2) {
    try {
      return await errand.attempt({ tries, pause: pauseAfter(failed), left: left() });
    } catch (error) {
      if (!ranOutOfTries(error)) throw ranOutOfTime(error) ? givenUp(errand, error) : error;
      failed += tries;
      if (left() <= 0) throw givenUp(errand, error);
      if (failed >= blink) delayed(rollout, errand, failed, sentenceOf(error), began);
    }
  }
}

function pauseAfter(failed: number): number {
  return Math.min(pauses.first * 2 ** Math.max(0, failed - 1), pauses.longest);
}

function delayed<T>(
  rollout: Rollout,
  { stage, what, patience, then }: Errand<T>,
  attempts: number,
  sentence: string,
  began: number,
): void {
  const why = `(${attempts} tries failed: ${firstLine(sentence)})`;
  const wait = waitFrom('delay', `${what} ${why}`, patience - (Date.now() - began), then);
  wait.since = new Date(began).toISOString();
  rollout.record({ type: 'step.delayed', stage, attempts, sentence, wait });
}

/** Errors may end with the tail of a log, which does not belong into a sentence. */
function firstLine(sentence: string): string {
  return sentence.split('\n', 1)[0]?.slice(0, 300) ?? '';
}

function givenUp<T>({ what, patience }: Errand<T>, error: unknown): ApplicationFailure {
  const waited = `waited ${formatDuration(patience)} for ${what}, then gave up`;
  return ApplicationFailure.nonRetryable(`${waited}: ${sentenceOf(error)}`, 'provider_unavailable');
}
