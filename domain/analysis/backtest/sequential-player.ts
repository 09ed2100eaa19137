/** The sequential method on a recording. */

import { sequentialJudge } from '../sequential/judge.ts';
import type { Played } from './play.ts';
import type { Recording } from './recording.ts';

/** Looks after every interval, with the settings that the recording carries. */
export function playSequential(recording: Recording): Played {
  const { metrics, settings, history, observations } = recording;
  const judge = sequentialJudge(metrics, settings);
  let state = judge.start(history);
  let passedAt: number | null = null;
  for (const observation of observations) {
    const { index } = observation;
    state = judge.observe(state, observation);
    const { verdict } = judge.decide(state, (index + 1) * settings.interval);
    if (verdict === 'fail') return { failedAt: index, passedAt };
    if (verdict === 'pass') passedAt ??= index;
  }
  return { failedAt: null, passedAt };
}
