/** Plays one simulated rollout through the sequential judge, and times its looks. */

import type { Played } from '../../domain/analysis/backtest/play.ts';
import type { Recording } from '../../domain/analysis/backtest/recording.ts';
import { sequentialJudge } from '../../domain/analysis/sequential/judge.ts';

export interface TimedPlay extends Played {
  /** Microseconds of CPU for one look at one metric, on average. */
  lookUs: number;
}

/** `until`: the rollout ends with the first `fail`, or with the first decision of either kind. */
export function playSequential(
  { metrics, settings, history, observations }: Recording,
  until: 'fail' | 'decision',
): TimedPlay {
  const judge = sequentialJudge(metrics, settings);
  let state = judge.start(history);
  const played: TimedPlay = { failedAt: null, passedAt: null, lookUs: NaN };
  const began = process.cpuUsage();
  let looks = 0;
  for (const observation of observations) {
    looks += 1;
    const { index } = observation;
    state = judge.observe(state, observation);
    const { verdict } = judge.decide(state, (index + 1) * settings.interval);
    if (verdict === 'pass') played.passedAt ??= index;
    if (verdict === 'fail') played.failedAt = index;
    if (verdict === 'fail' || (verdict === 'pass' && until === 'decision')) break;
  }
  const { user, system } = process.cpuUsage(began);
  return { ...played, lookUs: (user + system) / looks };
}
