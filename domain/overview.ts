/** A release of many environments at a glance: counts for each wave, and whom somebody should look at. */

import { rolloutsOf } from './plan.ts';
import type { ReleaseProgress } from './progress.ts';
import type { RolloutProgress } from './rollout-progress.ts';

/** What an environment is counted as. */
export const environmentStates = [
  'turningBack',
  'held',
  'atWork',
  'failed',
  'returned',
  'toCome',
  'done',
] as const;
export type EnvironmentState = (typeof environmentStates)[number];

export interface WaveOverview {
  /** 0 is staging. */
  wave: number;
  environments: number;
  /** How many are in each state; absent: none. */
  states: Partial<Record<EnvironmentState, number>>;
}

/** Environments that are shown one by one; of more, those that somebody should look at. */
const mostShown = 25;

/** In trouble, at work, to blame, turned back, to come, done: in the order in which they matter. */
export function stateOf(rollout: RolloutProgress | undefined): EnvironmentState {
  if (!rollout) return 'toCome';
  if (rollout.stage === 'rollback' || rollout.outcome === 'rollback_failed') return 'turningBack';
  if (rollout.stage === 'hold') return 'held';
  if (rollout.stage === 'finished' || rollout.outcome === 'finished') return 'done';
  if (rollout.stage !== 'ended') return 'atWork';
  return rollout.verdict?.verdict === 'fail' ? 'failed' : 'returned';
}

/** Every wave of the plan, staging first. */
export function overviewOf({ plan, rollouts }: ReleaseProgress): WaveOverview[] {
  const waves = [
    ...(plan?.staging ? [{ number: 0, rollouts: [plan.staging] }] : []),
    ...(plan?.waves ?? []),
  ];
  return waves.map(({ number, rollouts: planned }) => {
    const states: WaveOverview['states'] = {};
    for (const { environment } of planned) {
      const state = stateOf(rollouts[environment]);
      states[state] = (states[state] ?? 0) + 1;
    }
    return { wave: number, environments: planned.length, states };
  });
}

/** True when there are too many environments to show each. */
export function isCrowded({ plan }: ReleaseProgress): boolean {
  return plan !== null && rolloutsOf(plan).length > mostShown;
}

/**
 * The same release with no more environments than can be shown, in its plan too: those that somebody
 * should look at first. One with few environments is returned as it is.
 */
export function focused(progress: ReleaseProgress): ReleaseProgress {
  const { plan, rollouts } = progress;
  if (plan === null || !isCrowded(progress)) return progress;
  const rank = (name: string) => environmentStates.indexOf(stateOf(rollouts[name]));
  const names = rolloutsOf(plan).map(({ environment }) => environment);
  const chosen = names.toSorted((one, other) => rank(one) - rank(other)).slice(0, mostShown);
  return limitedTo(progress, new Set(chosen));
}

/** The same release with only the environments of one wave (0: staging), and all about them. */
export function waveOnly(progress: ReleaseProgress, wave: number): ReleaseProgress {
  const { plan } = progress;
  const planned =
    wave === 0
      ? [plan?.staging ?? []].flat()
      : (plan?.waves.find(({ number }) => number === wave)?.rollouts ?? []);
  return limitedTo(progress, new Set(planned.map(({ environment }) => environment)));
}

function limitedTo(progress: ReleaseProgress, names: ReadonlySet<string>): ReleaseProgress {
  const { plan } = progress;
  const chosen = Object.entries(progress.rollouts).filter(([name]) => names.has(name));
  const waves = plan?.waves.map((wave) => {
    return { ...wave, rollouts: wave.rollouts.filter(({ environment }) => names.has(environment)) };
  });
  return {
    ...progress,
    rollouts: Object.fromEntries(chosen),
    plan: plan && { ...plan, waves: waves ?? [] },
  };
}

const words: Record<EnvironmentState, string> = {
  turningBack: 'on the way back',
  held: 'held',
  atWork: 'at work',
  failed: 'failed',
  returned: 'back',
  toCome: 'to come',
  done: 'done',
};

/** `2 held, 14 at work, 473 to come` */
export function overviewWords({ states }: WaveOverview): string {
  return environmentStates
    .flatMap((state) => (states[state] ? [`${states[state]} ${words[state]}`] : []))
    .join(', ');
}
