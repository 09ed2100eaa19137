/** Decisions about waves: when one halts, what goes back then, and in which order. */

import type { Plan } from './plan.ts';
import type { RolloutProgress } from './rollout-progress.ts';
import type { WaveSpec } from './waves-spec.ts';

type Rollouts = Readonly<Record<string, RolloutProgress>>;

/** A wave of which more went back than it tolerates. */
export interface Halt {
  /** Its number; 0 is staging. */
  wave: number;
  /** The first environment that failed there. */
  environment: string;
  sentence: string;
}

/** The first wave that has to halt; null while none has. */
export function haltOf(plan: Plan | null, rollouts: Rollouts): Halt | null {
  // Asked time and again while all is well.
  if (!Object.values(rollouts).some(isBack)) return null;
  for (const { wave, environments, tolerated } of wavesOf(plan)) {
    const failed = failuresIn(environments, rollouts);
    const [first] = failed;
    if (!first || failed.length <= tolerated) continue;
    const cause = `${first.environment}: ${first.cause ?? first.sentence ?? 'the rollout ended'}`;
    const more = failed.length > 1 ? ` (and ${failed.length - 1} more)` : '';
    const limit = tolerated > 0 ? `; ${tolerated} may` : '';
    return { wave, environment: first.environment, sentence: `${cause}${more}${limit}` };
  }
  return null;
}

/** Environments that went back although their wave went on: within what it tolerates. */
export function toleratedBack(rollouts: Rollouts): string[] {
  return failuresIn(Object.keys(rollouts), rollouts).map(({ environment }) => environment);
}

function failuresIn(environments: readonly string[], rollouts: Rollouts): RolloutProgress[] {
  return environments.flatMap((environment) => {
    const rollout = rollouts[environment];
    if (!rollout) return [];
    return isBack(rollout) ? [rollout] : [];
  });
}

function isBack({ stage, outcome }: RolloutProgress): boolean {
  return stage === 'rollback' || (stage === 'ended' && outcome !== 'finished');
}

/** Environments that go back together. */
export interface ReturnPart {
  /** 0 is staging. */
  wave: number;
  environments: string[];
}

/**
 * What goes back, the last wave first and staging at the very end: of the environments that were
 * begun, those in `from` (a wave's number; 0: everything) and in all that came after it.
 */
export function returnOrder(
  plan: Plan | null,
  begun: ReadonlySet<string>,
  from: number,
): ReturnPart[] {
  return wavesOf(plan)
    .filter(({ wave }) => wave >= from)
    .map(({ wave, environments }) => ({
      wave,
      environments: environments.filter((environment) => begun.has(environment)),
    }))
    .filter(({ environments }) => environments.length > 0)
    .toReversed();
}

function wavesOf(plan: Plan | null) {
  const staging = plan?.staging ? [plan.staging.environment] : [];
  return [
    { wave: 0, environments: staging, tolerated: 0 },
    ...(plan?.waves ?? []).map(({ number, rollouts, maxFailures }) => ({
      wave: number,
      environments: rollouts.map(({ environment }) => environment),
      tolerated: maxFailures,
    })),
  ];
}

/** `wave 3`; 0 is staging. */
export function waveName(wave: number): string {
  return wave === 0 ? 'staging' : `wave ${wave}`;
}

/** What a halt means, in the plan's words. */
export const scopeSentences: Record<Plan['scope'], string> = {
  release: 'a wave that halts takes the whole release back, the last wave first, staging last',
  wave: 'a wave that halts goes back, after it those that came later; earlier waves stay',
  environment: 'only environments that fail go back; then no further one starts',
};

/** How many of `size` environments may roll back before their wave halts. */
export function toleratedFailures(maxFailures: WaveSpec['maxFailures'], size: number): number {
  if (typeof maxFailures !== 'string') return maxFailures ?? 0;
  return Math.floor((Number.parseInt(maxFailures, 10) / 100) * size + 1e-9);
}
