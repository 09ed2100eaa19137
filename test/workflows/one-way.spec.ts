/** One-way doors: nothing goes back past them by itself, and a person can all the same. */

import { describe, expect, it } from 'vitest';
import type { ReleaseProgress } from '../../domain/progress.ts';
import { aProduction, aSpec, aVersion } from '../support/builders.ts';
import { play, playForReal, poll, type Scene } from '../support/scene.ts';

const marked = aVersion('1.1.0', { oneWay: 'drops a column' });
const told = aSpec({ notify: [{ fake: {} }] });
const atDoor = ({ rollouts }: ReleaseProgress) => rollouts['eu']?.wait?.key === 'door';
const refusedWith = (words: string) => ({ cause: { message: expect.stringContaining(words) } });

/** 1.0.0 is live, and 1.1.0 holds at 25 % because it is worse and cannot be gone back past. */
async function held({ world, apply, live, submit, until }: Scene, spec = told): Promise<number> {
  await apply(spec);
  await live('1.0.0');
  world.verdictFor = ({ weight }) => (weight === 25 ? 'fail' : 'pass');
  const { number } = await submit(marked);
  await until(number, atDoor);
  return number;
}

describe('workflows/stages/door', () => {
  it('holds its weight with a page where it would have turned back', () =>
    play(async (scene) => {
      const { world, progress, state, pass, act, end } = scene;
      const number = await held(scene);
      const { rollouts, stage, outcome } = await progress(number);
      expect([stage, outcome]).toEqual(['production', null]);
      expect(rollouts['eu']).toMatchObject({ stage: 'hold', weight: 25, door: 'drops a column' });
      expect(rollouts['eu']?.wait).toMatchObject({ until: null });
      expect(rollouts['eu']?.wait?.for).toContain(
        '1.1.0 cannot be gone back past: drops a column (errors: fail)',
      );
      expect((await state()).ledger.environments['eu']?.doors).toMatchObject([
        { version: '1.1.0', reason: 'drops a column' },
      ]);
      await pass('2h');
      const pages = world.notices.filter(({ title }) => title.includes('cannot be gone back past'));
      expect(pages.length).toBeGreaterThan(1);
      expect(pages.every(({ severity }) => severity === 'alert')).toBe(true);
      expect(world.weightsOf('eu', '1.1.0').at(-1)).toBe(25);
      await act(number, 'rollback', { force: true, reason: 'data can be restored' });
      await end(number);
    }));

  it('goes back with force and a reason, and both are on record', () =>
    play(async (scene) => {
      const { world, act, end, state } = scene;
      const number = await held(scene);
      const past = refusedWith('eu is past a one-way door (drops a column)');
      await expect(act(number, 'rollback', { reason: 'errors' })).rejects.toMatchObject(past);
      await expect(act(number, 'abort', { reason: 'errors' })).rejects.toMatchObject(past);
      await expect(act(number, 'rollback', { force: true })).rejects.toMatchObject(
        refusedWith('force needs a reason'),
      );
      await act(number, 'rollback', { force: true, reason: 'data can be restored' });
      const progress = await end(number);
      expect(progress.outcome).toBe('rolled_back');
      expect(world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
      expect(
        world.entries.map(({ event }) => event).filter(({ type }) => type === 'action.accepted'),
      ).toMatchObject([{ action: 'rollback', force: true, reason: 'data can be restored' }]);
      expect((await state()).ledger.environments['eu']).not.toHaveProperty('doors');
    }));

  it('goes on by a promotion, and later returns past it are refused unless forced', () =>
    play(async (scene) => {
      const { world, act, end, live, goBack, state } = scene;
      const number = await held(scene);
      await act(number, 'promote', { reason: 'a known bug' });
      expect((await end(number)).outcome).toBe('succeeded');
      expect(world.weightsOf('eu', '1.1.0').slice(-3)).toEqual([25, 100, 100]);
      world.verdictFor = () => 'pass';
      await live('1.2.0');
      await expect(goBack('1.0.0', { reason: 'old times' })).rejects.toMatchObject(
        refusedWith('1.0.0 lies before 1.1.0, which cannot be gone back past (drops a column)'),
      );
      const near = await goBack(null, { reason: 'errors' });
      expect((await end(near.number)).outcome).toBe('succeeded');
      expect((await state()).ledger.environments['eu']?.live).toBe('1.1.0');
      await expect(goBack('1.0.0', { force: true })).rejects.toMatchObject(
        refusedWith('force needs a reason'),
      );
      const { number: far } = await goBack('1.0.0', { force: true, reason: 'restored' });
      expect((await end(far)).outcome).toBe('succeeded');
      expect((await state()).ledger.environments['eu']?.live).toBe('1.0.0');
    }));

  it('is watched again at the same weight by a retry', () =>
    play(async (scene) => {
      const { world, act, end } = scene;
      const number = await held(scene);
      world.verdictFor = () => 'pass';
      await act(number, 'retry');
      expect((await end(number)).outcome).toBe('succeeded');
      expect(
        world.bakes.filter(({ weight, canary }) => weight === 25 && canary === '1.1.0'),
      ).toHaveLength(2);
    }));

  it('is no door before people have met it', () =>
    play(async ({ world, apply, live, submit, end, state }) => {
      await apply(told);
      await live('1.0.0');
      world.testPasses = (_name, version) => version !== '1.1.0';
      const { number } = await submit(marked);
      expect((await end(number)).outcome).toBe('rejected');
      expect((await state()).ledger.environments['eu']).not.toHaveProperty('doors');
    }));

  it('lets others go back, and waits for a word where it has been passed', () =>
    play(async ({ world, apply, live, submit, until, act, end, state }) => {
      const waves = [{ environments: ['eu'] }, { environments: ['us'] }];
      await apply(aSpec({ production: aProduction({ waves }) }));
      await live('1.0.0');
      world.beforeDeploy = (version, environment) => {
        if (version === '1.1.0' && environment === 'us') throw new Error('no room');
      };
      const { number } = await submit(marked);
      await until(number, ({ rollouts }) => rollouts['us']?.stage === 'deploy');
      await act(number, 'rollback', { environment: 'us', reason: 'no room' });
      const { stage, rollouts } = await until(number, atDoor);
      expect(stage).toBe('rollback');
      expect(rollouts['eu']).toMatchObject({ stage: 'hold', weight: 100 });
      await act(number, 'promote', { reason: 'it is well' });
      const progress = await end(number);
      expect(progress.rollouts['eu']).toMatchObject({ outcome: 'finished', live: '1.1.0' });
      expect((await state()).ledger.environments['eu']?.live).toBe('1.1.0');
    }));

  it('holds as well when its workflow was terminated, since the router still shows it', () =>
    playForReal(async ({ world, apply, live, submit, until, rollout, act, end }) => {
      await apply(aSpec({ production: aProduction({ keepWarm: '500ms' }) }));
      await live('1.0.0');
      world.verdictFor = () => 'never';
      const { number } = await submit(marked);
      await until(number, ({ rollouts }) => rollouts['eu']?.stage === 'bake');
      await rollout(number, 'eu').terminate();
      await until(number, atDoor);
      expect(world.shares['eu']).toContainEqual({ version: '1.1.0', weight: 5 });
      await act(number, 'rollback', { force: true, reason: 'restored' });
      expect((await end(number)).outcome).toBe('rolled_back');
      await poll(
        async () => world.shares['eu'],
        (shares) => shares?.[0]?.version === '1.0.0',
      );
    }));
});
