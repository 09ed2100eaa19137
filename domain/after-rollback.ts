/** After a rollback or a return: what happens while the version that has all traffic is watched. */

import type { MetricEvidence } from './analysis/verdict.ts';
import type { Wait } from './events.ts';
import type { TrafficShare } from './release.ts';

/**
 * How the version that traffic went back to is doing. `sick`: its metrics have proven it, and no
 * later look has said otherwise. `left`: sick, and a person has ended its watch after a return.
 */
export type BackState = 'watched' | 'sick' | 'left' | 'verified';

/** What is recorded from the moment on in which all traffic is back. */
export type BackEventBody =
  /** All traffic is there, read back, and the version is ready; its metrics are watched now. */
  | { type: 'rollback.returned'; to: string; shares: TrafficShare[]; wait: Wait }
  /** Back, and sick: somebody has to look. It is looked at again by itself. */
  | {
      type: 'rollback.failed';
      to: string;
      sentence: string;
      /** Looks that have found it sick, or could not tell since. */
      attempts: number;
      evidence: MetricEvidence[];
      wait: Wait;
    }
  /** After a return: a person leaves it at that, and the lane to what comes next. */
  | { type: 'rollback.left'; to: string; sentence: string }
  | {
      type: 'rollback.verified';
      to: string | null;
      shares: TrafficShare[];
      /** What it rests on beside read-back and health, or why on nothing more; absent: not asked. */
      detail?: string;
    };

/** What the fold keeps of it. */
export interface Back {
  back: BackState | null;
  wait: Wait | null;
  sentence: string | null;
}

/** The state after `event`; whatever was late or found sick stays so until it is verified. */
export function advanceBack({ back, sentence }: Back, event: BackEventBody): Back {
  switch (event.type) {
    case 'rollback.returned':
      return { back: back === 'sick' ? back : 'watched', sentence, wait: event.wait };
    case 'rollback.failed':
      return { back: 'sick', sentence: event.sentence, wait: event.wait };
    case 'rollback.left':
      return { back: 'left', sentence: event.sentence, wait: null };
    case 'rollback.verified':
      return { back: 'verified', sentence: null, wait: null };
  }
}

/** Whether the watch goes on, so that a person may look again or end it. */
export function isWatchedBack({ back }: Pick<Back, 'back'>): boolean {
  return back === 'watched' || back === 'sick';
}

/** Whether what has all traffic counts as sick. */
export function isSickBack({ back }: Pick<Back, 'back'>): boolean {
  return back === 'sick' || back === 'left';
}

/** Whether the watch is over, or there never was one to wait for. */
export function isWatchOver({ back }: Pick<Back, 'back'>): boolean {
  return back === 'verified' || back === 'left';
}

/** What a rollout on its way back is doing: `rolling back to 1.0.0`. */
export function backWords({
  back,
  designated,
}: Pick<Back, 'back'> & { designated: string | null }): string {
  const to = designated ?? 'nothing';
  if (back === null) return designated === null ? 'rolling back' : `rolling back to ${to}`;
  return `all traffic back on ${to}${states[back]}`;
}

const states: Record<BackState, string> = {
  watched: ', which is watched',
  sick: ', which is sick',
  left: ', which was left sick',
  verified: ', verified',
};
