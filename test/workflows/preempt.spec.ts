/** A return goes first: what is under way comes back, and what waits goes on waiting behind it. */

import { describe, expect, it } from 'vitest';
import type { ReleaseProgress } from '../../domain/progress.ts';
import { aProduction, aSpec, aVersion } from '../support/builders.ts';
import { play, playForReal, type Scene } from '../support/scene.ts';

const baking = ({ rollouts }: ReleaseProgress) => rollouts['eu']?.stage === 'bake';

/** 0.9.0 and 1.0.0 have been live; 1.1.0 bakes for as long as the scene wants. */
async function underWay({ world, apply, live, begin }: Scene, spec = aSpec()): Promise<number> {
  await apply(spec);
  await live('0.9.0');
  await live('1.0.0');
  world.verdictFor = ({ canary }) => (canary === '1.1.0' ? 'never' : 'pass');
  return begin('1.1.0', baking);
}

describe('workflows/application: a return while a release is under way', () => {
  it('goes first: the active one comes back, those that wait stay behind', () =>
    play(async (scene) => {
      const { world, submit, goBack, state, end } = scene;
      const active = await underWay(scene);
      const waiting = await submit(aVersion('1.2.0'));
      const back = await goBack('0.9.0', { reason: 'orders are lost' });
      expect(back.ahead).toBe(1);
      const { lane } = await state();
      expect(lane.queue.map(({ number, urgent }) => [number, urgent])).toEqual([
        [back.number, 'return'],
        [waiting.number, undefined],
      ]);
      const sent = await end(active);
      expect(sent.outcome).toBe('rolled_back');
      expect(sent.actions).toMatchObject([
        { action: 'abort', by: { id: 'jane' }, reason: expect.stringContaining('orders are lost') },
      ]);
      expect(sent.quarantined).toBeNull();
      expect((await end(back.number)).outcome).toBe('succeeded');
      await end(waiting.number);
      // The next one begins the moment that the way is free.
      const last = world.shifts.findLast(({ environment, shares }) => {
        return environment === 'eu' && !shares.some(({ version }) => version === '1.2.0');
      });
      expect(last?.shares).toEqual([{ version: '0.9.0', weight: 100 }]);
    }));

  it('waits for no watch, be the version that is back well or sick', () =>
    play(async (scene) => {
      const { world, act, until, goBack, state } = scene;
      const active = await underWay(scene);
      world.backFor = ({ canary }) => (canary === '0.9.0' ? 'pass' : 'fail');
      await act(active, 'rollback', { reason: 'errors' });
      await until(active, ({ rollouts }) => rollouts['eu']?.back === 'sick');
      const back = await goBack('0.9.0', { reason: 'it is sick as well' });
      // The clock stands still: nobody has waited for the next look.
      await until(back.number, ({ stage }) => stage === 'warm' || stage === 'ended');
      expect((await scene.progress(active)).outcome).toBe('rollback_failed');
      expect((await state()).ledger.environments['eu']?.live).toBe('0.9.0');
    }));

  it('without a version it calls the active release back, once however often it is asked', () =>
    play(async (scene) => {
      const { goBack, end, state } = scene;
      const active = await underWay(scene);
      const asked = { reason: 'errors', idempotencyKey: 'k' };
      expect(await goBack(null, asked)).toMatchObject({ number: active, repeated: false });
      expect(await goBack(null, asked)).toMatchObject({ number: active, repeated: true });
      const progress = await end(active);
      expect(progress.outcome).toBe('rolled_back');
      expect(progress.quarantined).toContain('errors');
      expect(progress.actions).toHaveLength(1);
      expect((await state()).nextRelease).toBe(active + 1);
    }));

  it('takes what waits before it has begun out of the way as well', () =>
    play(async (scene) => {
      const { world, apply, live, submit, until, goBack, end } = scene;
      await apply(aSpec({ verify: [{ ci: {} }] }));
      await live('0.9.0');
      await live('1.0.0');
      world.checkState = () => 'never';
      const { number } = await submit(aVersion('1.1.0'));
      await until(number, ({ stage }) => stage === 'verify');
      const back = await goBack('0.9.0', { reason: 'errors' });
      const { outcome } = await until(number, ({ stage }) => stage === 'ended');
      expect(outcome).toBe('rejected');
      expect((await end(back.number)).outcome).toBe('succeeded');
    }));

  it('a second return waits behind the first', () =>
    play(async (scene) => {
      const { world, goBack, until, end } = scene;
      await underWay(scene);
      let open = false;
      world.beforeDeploy = (version) => {
        if (version === '0.9.0' && !open) throw new Error('no room');
      };
      const first = await goBack('0.9.0', { reason: 'errors' });
      await until(first.number, ({ rollouts }) => rollouts['eu']?.stage === 'deploy');
      await expect(goBack(null)).rejects.toMatchObject({
        cause: { message: expect.stringContaining('name a version') },
      });
      open = true;
      expect((await end(first.number)).outcome).toBe('succeeded');
    }));

  it('does not go past a one-way door without force', () =>
    play(async (scene) => {
      const { world, apply, live, submit, until, goBack, end } = scene;
      await apply(aSpec());
      await live('0.9.0');
      await live('1.0.0');
      world.verdictFor = ({ canary }) => (canary === '1.1.0' ? 'never' : 'pass');
      const marked = aVersion('1.1.0', { oneWay: 'drops a column' });
      const { number } = await submit(marked);
      await until(number, baking);
      await expect(goBack(null, { reason: 'errors' })).rejects.toMatchObject({
        cause: { message: expect.stringContaining('drops a column') },
      });
      const back = await goBack('0.9.0', { reason: 'restored', force: true });
      expect((await end(number)).outcome).toBe('rolled_back');
      expect((await end(back.number)).outcome).toBe('succeeded');
    }));

  it('goes on when the release that it waits for was terminated', () =>
    playForReal(async (scene) => {
      const { handle, goBack, end, state } = scene;
      const spec = aSpec({ production: aProduction({ keepWarm: '500ms' }) });
      const active = await underWay(scene, spec);
      await handle(active).terminate();
      const back = await goBack('0.9.0', { reason: 'errors' });
      expect((await end(back.number)).outcome).toBe('succeeded');
      expect((await state()).ledger.environments['eu']?.live).toBe('0.9.0');
    }));
});
