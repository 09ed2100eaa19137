/** The express lane: before all that waits, by a policy of its own, for those who may. */

import { describe, expect, it } from 'vitest';
import type { ReleaseProgress } from '../../domain/progress.ts';
import { aSpec, aVersion } from '../support/builders.ts';
import { play } from '../support/scene.ts';

const baking = ({ rollouts }: ReleaseProgress) => rollouts['eu']?.stage === 'bake';
const strategy = { canary: { steps: [50, 100], bake: { min: '1m', max: '5m' } } };
const express = aSpec({
  roles: { 'on-call': ['tom'] },
  hotfix: { strategy, staging: false, allow: { roles: ['on-call'] } },
});
const tom = { id: 'tom', channel: 'cli' as const };

describe('workflows/application: hotfix', () => {
  it('goes before those that wait, by its own steps and without staging', () =>
    play(async ({ world, apply, live, begin, submit, end, state, act }) => {
      await apply(express);
      await live('1.0.0');
      world.verdictFor = ({ canary }) => (canary === '1.1.0' ? 'never' : 'pass');
      const active = await begin('1.1.0', baking);
      const waiting = (await submit(aVersion('1.2.0'))).number;
      const refused = submit(aVersion('1.0.1'), { hotfix: 'card payments fail' });
      await expect(refused).rejects.toMatchObject({
        cause: { type: 'action_refused', message: expect.stringContaining('on-call, tom') },
      });
      const hotfix = await submit(aVersion('1.0.1'), { hotfix: 'card payments fail', by: tom });
      expect(hotfix.ahead).toBe(1);
      const { lane } = await state();
      expect(lane.active?.number).toBe(active);
      expect(lane.queue.map(({ number, urgent }) => [number, urgent])).toEqual([
        [hotfix.number, 'hotfix'],
        [waiting, undefined],
      ]);
      await act(active, 'abort');
      const progress = await end(hotfix.number);
      expect(progress).toMatchObject({ outcome: 'succeeded', hotfix: 'card payments fail' });
      expect(progress.plan?.staging).toBeNull();
      expect(new Set(world.weightsOf('eu', '1.0.1'))).toEqual(new Set([0, 50, 100]));
      expect((await end(waiting)).outcome).toBe('succeeded');
    }));

  it('aborts what is under way when the policy says so, and waits for no other hotfix less', () =>
    play(async ({ world, apply, live, begin, submit, end }) => {
      await apply(aSpec({ hotfix: { active: 'abort' }, concurrency: 'reject' }));
      await live('1.0.0');
      world.verdictFor = ({ canary }) => (canary === '1.1.0' ? 'never' : 'pass');
      const active = await begin('1.1.0', baking);
      const first = await submit(aVersion('1.0.1'), { hotfix: 'one' });
      const second = await submit(aVersion('1.0.2'), { hotfix: 'two' });
      expect([first.ahead, second.ahead]).toEqual([1, 2]);
      expect((await end(active)).outcome).toBe('rolled_back');
      expect((await end(first.number)).outcome).toBe('succeeded');
      expect((await end(second.number)).outcome).toBe('succeeded');
    }));

  it('needs a policy', () =>
    play(async ({ apply, submit }) => {
      await apply(aSpec());
      await expect(submit(aVersion('1.0.0'), { hotfix: 'now' })).rejects.toMatchObject({
        cause: { type: 'action_refused', message: expect.stringContaining('no `hotfix`') },
      });
    }));
});
