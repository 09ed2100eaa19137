/** Every ending of a release, on the time-skipping server with fake activities. */

import { ApplicationFailure } from '@temporalio/activity';
import { describe, expect, it } from 'vitest';
import { aProduction, aSpec, aVersion } from '../support/builders.ts';
import { play } from '../support/scene.ts';

describe('workflows/release: succeeded', () => {
  it('takes a first release to everybody at once', () =>
    play(async ({ world, apply, live, state }) => {
      await apply(aSpec());
      const progress = await live('1.0.0');
      expect(progress).toMatchObject({ outcome: 'succeeded', stage: 'ended', wait: null });
      expect(world.weightsOf('eu', '1.0.0')).toEqual([100]);
      expect((await state()).ledger.environments['eu']?.live).toBe('1.0.0');
      expect((await state()).lane).toEqual({ active: null, warm: false, queue: [] });
    }));

  it('takes the next one through every step, and retires the old', () =>
    play(async ({ world, apply, live }) => {
      await apply(aSpec());
      await live('1.0.0');
      const progress = await live('1.1.0');
      expect(progress.outcome).toBe('succeeded');
      expect(world.weightsOf('eu', '1.1.0').slice(1)).toEqual([0, 5, 25, 100, 100]);
      expect([...(world.running['eu'] ?? [])]).toEqual(['1.1.0']);
      expect([...(world.running['staging'] ?? [])]).toEqual(['1.1.0']);
      expect(world.tests).toEqual(['smoke', 'smoke']);
    }));

  it('keeps the old version warm, and goes back to it in a moment', () =>
    play(async ({ world, apply, live, begin, act, end, state }) => {
      await apply(aSpec());
      await live('1.0.0');
      const number = await begin('1.1.0', ({ stage }) => stage === 'warm');
      expect(world.running['eu']).toEqual(new Set(['1.0.0', '1.1.0']));
      expect((await state()).ledger.environments['eu']?.live).toBe('1.1.0');
      const deploys = world.deploys.length;
      await act(number, 'rollback', { reason: 'it is slow' });
      const progress = await end(number);
      expect(progress.outcome).toBe('rolled_back');
      expect(progress.sentence).toContain('rolled back by jane: it is slow');
      expect(progress.rollouts['eu']?.cause).toBe('rolled back by jane: it is slow');
      expect(world.deploys).toHaveLength(deploys);
      const { ledger } = await state();
      expect(ledger.environments['eu']?.live).toBe('1.0.0');
      expect(ledger.quarantine['1.1.0']?.reason).toContain('it is slow');
    }));

  it('succeeds all the same when the old version cannot be retired', () =>
    play(async ({ world, apply, live }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.beforeRetire = () => {
        throw ApplicationFailure.nonRetryable('no such host', 'provider_refused');
      };
      expect((await live('1.1.0')).outcome).toBe('succeeded');
      expect(world.retired).toEqual([]);
    }));

  it('runs without tests, staging, or anything to verify', () =>
    play(async ({ apply, live, world }) => {
      await apply(aSpec({ staging: undefined }));
      expect((await live('1.0.0')).outcome).toBe('succeeded');
      expect(Object.keys(world.running)).toEqual(['eu']);
    }));
});

describe('workflows/release: rolled back', () => {
  it('goes back to the designated version and quarantines the bad one', () =>
    play(async ({ world, apply, live, state, submit }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.verdictFor = ({ canary }) => (canary === '1.1.0' ? 'fail' : 'pass');
      const progress = await live('1.1.0');
      expect(progress).toMatchObject({ outcome: 'rolled_back', quarantined: 'eu: errors: fail' });
      expect(world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
      expect(Math.max(...world.weightsOf('eu', '1.1.0'))).toBe(5);
      expect([...(world.running['eu'] ?? [])]).toEqual(['1.0.0']);
      expect([...(world.running['staging'] ?? [])]).toEqual(['1.0.0']);
      const { ledger } = await state();
      expect(ledger.quarantine['1.1.0']?.reason).toContain('errors: fail');
      expect(ledger.environments['staging']?.live).toBe('1.0.0');
      await expect(submit(aVersion('1.1.0'))).rejects.toMatchObject({
        cause: { type: 'version_quarantined' },
      });
    }));

  it.each([
    ['at the second step', 25],
    ['at 100 %', 100],
  ])('goes back %s', (_, weight) =>
    play(async ({ world, apply, live }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.verdictFor = (input) => (input.weight === weight ? 'fail' : 'pass');
      expect((await live('1.1.0')).outcome).toBe('rolled_back');
      expect(Math.max(...world.weightsOf('eu', '1.1.0'))).toBe(weight);
    }),
  );

  it('leaves nothing behind when a first release fails', () =>
    play(async ({ world, apply, live, state }) => {
      await apply(aSpec());
      world.verdictFor = () => 'fail';
      const progress = await live('1.0.0');
      expect(progress.outcome).toBe('rolled_back');
      expect(progress.sentence).toContain('now staging: nothing, eu: nothing');
      expect(world.shares['eu']).toEqual([]);
      expect(world.running['eu']).toEqual(new Set());
      expect((await state()).ledger.environments['eu']?.live).toBeNull();
    }));

  it('goes to the designated version, with stable in between while that is brought up', () =>
    play(async ({ world, apply, live, state }) => {
      await apply(aSpec());
      for (const version of ['0.9.0', '1.0.0']) await live(version);
      await apply(aSpec({ rollback: { to: 'version:0.9.0' } }));
      world.verdictFor = () => 'fail';
      expect((await live('1.1.0')).outcome).toBe('rolled_back');
      const last = world.shifts.filter(({ environment }) => environment === 'eu').slice(-3);
      expect(
        last.map(({ shares }) => shares.find(({ weight }) => weight === 100)?.version),
      ).toEqual(['1.0.0', '0.9.0', '0.9.0']);
      expect((await state()).ledger.environments['eu']?.live).toBe('0.9.0');
      expect(world.running['eu']?.has('0.9.0')).toBe(true);
    }));
});

describe('workflows/release: rejected', () => {
  it('is rejected when CI is red, without touching anything', () =>
    play(async ({ world, apply, live }) => {
      await apply(aSpec({ verify: [{ ci: {} }, { other: {} }] }));
      world.checkState = (vendor) => (vendor === 'ci' ? 'failed' : 'never');
      const progress = await live('1.0.0');
      expect(progress).toMatchObject({
        outcome: 'rejected',
        sentence: 'CI is not green: checks failed',
      });
      expect(progress.checks.find(({ check }) => check === 'ci')?.state).toBe('failed');
      expect(world.deploys).toEqual([]);
    }));

  it('is rejected when the candidate does not start, and nothing is left running', () =>
    play(async ({ world, apply, live, state }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.beforeDeploy = (version, environment) => {
        if (version !== '1.1.0' || environment !== 'eu') return;
        throw ApplicationFailure.nonRetryable('exit code 1: no config', 'version_not_ready');
      };
      const progress = await live('1.1.0');
      expect(progress.outcome).toBe('rejected');
      expect(progress.sentence).toContain('exit code 1: no config');
      expect(world.weightsOf('eu', '1.1.0').every((weight) => weight === 0)).toBe(true);
      expect([...(world.running['eu'] ?? [])]).toEqual(['1.0.0']);
      expect([...(world.running['staging'] ?? [])]).toEqual(['1.0.0']);
      expect((await state()).ledger.quarantine).toEqual({});
    }));

  it('a candidate nobody met leaves production on stable, whatever is designated', () =>
    play(async ({ world, apply, live, state }) => {
      await apply(aSpec());
      for (const version of ['0.9.0', '1.0.0']) await live(version);
      await apply(aSpec({ rollback: { to: 'version:0.9.0' }, staging: undefined }));
      world.beforeDeploy = (version) => {
        if (version === '1.1.0')
          throw ApplicationFailure.nonRetryable('does not start', 'version_not_ready');
      };
      expect((await live('1.1.0')).outcome).toBe('rejected');
      expect(world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
      expect((await state()).ledger.environments['eu']?.live).toBe('1.0.0');
    }));

  it('is rejected when a test in staging fails', () =>
    play(async ({ world, apply, live }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.testPasses = () => false;
      const progress = await live('1.1.0');
      expect(progress.outcome).toBe('rejected');
      expect(progress.sentence).toContain('test "smoke" failed: 1 of 1 failed: checkout works');
      expect(progress.rollouts['staging']?.tests[0]?.failures).toEqual(['checkout works']);
      expect(progress.rollouts['eu']).toBeUndefined();
      expect([...(world.running['staging'] ?? [])]).toEqual(['1.0.0']);
    }));

  it('is rejected when a test on the candidate in production fails, before it has traffic', () =>
    play(async ({ world, apply, live }) => {
      const tests = [{ name: 'warm-up', fake: {} }];
      await apply(aSpec({ production: aProduction({ tests }) }));
      await live('1.0.0');
      world.testPasses = (name) => name !== 'warm-up';
      expect((await live('1.1.0')).outcome).toBe('rejected');
      expect(Math.max(...world.weightsOf('eu', '1.1.0'))).toBe(0);
    }));

  it('is rejected when it can no longer be planned on its turn', () =>
    play(async ({ world, apply, live, begin, submit, act, end }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.verdictFor = () => 'never';
      const first = await begin('1.1.0', (progress) => progress.rollouts['eu']?.stage === 'bake');
      const { number, ahead } = await submit(aVersion('1.2.0'));
      expect(ahead).toBe(1);
      await apply(aSpec({ rollback: { to: 'version:9.9.9' } }));
      await act(first, 'abort');
      const progress = await end(number);
      expect(progress).toMatchObject({ outcome: 'rejected' });
      expect(progress.sentence).toContain('the designated version "9.9.9" is not known');
    }));
});
