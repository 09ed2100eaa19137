import { describe, expect, it } from 'vitest';
import { emptyLedger } from './ledger.ts';
import { focused, isCrowded, overviewOf, overviewWords, waveOnly } from './overview.ts';
import { planRelease, rolloutsOf } from './plan.ts';
import { newRelease, type ReleaseProgress } from './progress.ts';
import { newRollout, type RolloutProgress } from './rollout-progress.ts';
import { aVersion } from '../test/support/builders.ts';
import { aLargeSpec } from '../test/support/many.ts';

const at = '2026-11-26T00:00:00.000Z';

/** Environments `e-0001` and on in waves of 1, 3, 9 and so on; some of them have a rollout. */
function release(count: number, rollouts: Record<string, Partial<RolloutProgress>>) {
  const planned = planRelease(aLargeSpec('shop', count), aVersion('1.0.0'), {
    ledger: emptyLedger(),
  });
  if ('refusals' in planned) throw new Error(planned.refusals.join());
  const begun = Object.entries(rollouts).map(([name, change]) => {
    return [name, { ...newRollout(name, at), ...change }] as const;
  });
  const progress: ReleaseProgress = newRelease({ application: 'shop', number: 1 }, at);
  return { ...progress, plan: planned.plan, rollouts: Object.fromEntries(begun) };
}

const some = release(40, {
  staging: { stage: 'finished' },
  'e-0001': { stage: 'finished' },
  'e-0002': { stage: 'bake' },
  'e-0003': { stage: 'hold' },
  'e-0004': { stage: 'rollback' },
});

describe('domain/overview', () => {
  it('counts the environments of every wave, staging first', () => {
    expect(overviewOf(some).map((wave) => `${wave.wave}: ${overviewWords(wave)}`)).toEqual([
      '0: 1 done',
      '1: 1 done',
      '2: 1 on the way back, 1 held, 1 at work',
      '3: 9 to come',
      '4: 27 to come',
    ]);
  });

  it('shows those that somebody should look at', () => {
    expect(isCrowded(some)).toBe(true);
    const { plan, rollouts } = focused(some);
    expect(Object.keys(rollouts).toSorted()).toEqual(['e-0002', 'e-0003', 'e-0004']);
    expect(plan?.waves.map((wave) => wave.rollouts.length)).toEqual([0, 3, 9, 13]);
  });

  it('shows all of a few', () => {
    const few = release(20, {});
    expect(focused(few)).toBe(few);
  });

  it.each([
    [0, ['staging'], []],
    [2, ['e-0002', 'e-0003', 'e-0004'], ['e-0002', 'e-0003', 'e-0004']],
    [7, [], []],
  ])('only wave %i', (wave, rollouts, planned) => {
    const only = waveOnly(some, wave);
    expect(Object.keys(only.rollouts)).toEqual(rollouts);
    const { plan } = only;
    if (!plan) throw new Error('there is a plan');
    const names = rolloutsOf({ ...plan, staging: null }).map(({ environment }) => environment);
    expect(names).toEqual(planned);
  });
});
