import { describe, expect, it } from 'vitest';
import { aProduction, aSpec, aVersion } from '../test/support/builders.ts';
import { emptyLedger } from './ledger.ts';
import { planRelease } from './plan.ts';
import { newRollout, type RolloutProgress } from './rollout-progress.ts';
import { haltOf, returnOrder } from './waves.ts';

const result = planRelease(
  aSpec({
    production: aProduction({
      waves: [{ environments: ['eu'] }, { environments: ['us'], maxFailures: 1 }],
    }),
  }),
  aVersion('1.0.0'),
  { ledger: emptyLedger() },
);
const plan = 'plan' in result ? result.plan : null;
const rollout = (environment: string, change: Partial<RolloutProgress>) => ({
  [environment]: { ...newRollout(environment, ''), ...change },
});
const back = { stage: 'rollback', cause: 'errors: 5 %' } as const;

describe('domain/waves', () => {
  it.each([
    ['nothing has begun', {}, null],
    ['all is well', rollout('eu', { stage: 'finished' }), null],
    ['one goes back where none may', rollout('eu', back), 1],
    ['one goes back where one may', rollout('us', back), null],
    ['one is back', rollout('eu', { stage: 'ended', outcome: 'rolled_back' }), 1],
    ['one has ended well', rollout('eu', { stage: 'ended', outcome: 'finished' }), null],
    ['staging fails', rollout('staging', { ...back, stage: 'rollback' }), 0],
  ])('%s', (_, rollouts: Record<string, RolloutProgress>, wave) => {
    expect(haltOf(plan, rollouts)?.wave ?? null).toBe(wave);
  });

  it('says which environment halts a wave, and why', () => {
    expect(haltOf(plan, rollout('eu', back))?.sentence).toBe('eu: errors: 5 %');
    expect(haltOf(null, {})).toBeNull();
  });

  it.each([
    ['everything, staging last', ['staging', 'eu', 'us'], 0, [['us'], ['eu'], ['staging']]],
    ['only what was begun', ['staging', 'eu'], 0, [['eu'], ['staging']]],
    ['from a wave on', ['staging', 'eu', 'us'], 2, [['us']]],
    ['nothing', ['staging', 'eu', 'us'], Number.POSITIVE_INFINITY, []],
  ])('goes back: %s', (_, begun, from, parts) => {
    const order = returnOrder(plan, new Set(begun), from);
    expect(order.map(({ environments }) => environments)).toEqual(parts);
  });
});
