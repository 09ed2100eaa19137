/** A release from start to end, on the time-skipping server with fake activities. */

import { describe, expect, it } from 'vitest';
import { aSpec, aVersion } from '../support/builders.ts';
import { play } from '../support/scene.ts';

describe('workflows/release', () => {
  it('takes a first release to everybody at once', () =>
    play(async ({ world, apply, submit, end, state }) => {
      await apply(aSpec());
      const { number } = await submit(aVersion('1.0.0'));
      const progress = await end(number);
      expect(progress.outcome).toBe('succeeded');
      expect(world.weightsOf('eu', '1.0.0')).toEqual([100]);
      expect((await state()).ledger.environments['eu']?.live).toBe('1.0.0');
    }));

  it('takes the next one through every step, and retires the old', () =>
    play(async ({ world, apply, submit, end }) => {
      await apply(aSpec());
      await end((await submit(aVersion('1.0.0'))).number);
      const progress = await end((await submit(aVersion('1.1.0'))).number);
      expect(progress.outcome).toBe('succeeded');
      expect(world.weightsOf('eu', '1.1.0').slice(1)).toEqual([0, 5, 25, 100, 100]);
      expect([...(world.running['eu'] ?? [])]).toEqual(['1.1.0']);
    }));

  it('rolls a bad one back to the designated version and quarantines it', () =>
    play(async ({ world, apply, submit, end, state }) => {
      await apply(aSpec());
      await end((await submit(aVersion('1.0.0'))).number);
      world.verdictFor = ({ canary }) => (canary === '1.1.0' ? 'fail' : 'pass');
      const progress = await end((await submit(aVersion('1.1.0'))).number);
      expect(progress.outcome).toBe('rolled_back');
      expect(world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
      expect(Math.max(...world.weightsOf('eu', '1.1.0'))).toBe(5);
      expect((await state()).ledger.quarantine['1.1.0']?.reason).toContain('errors: fail');
      await expect(submit(aVersion('1.1.0'))).rejects.toThrow();
    }));
});
