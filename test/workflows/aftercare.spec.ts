/** After a rollback: the version that is back is watched, said to be sick, and looked at again. */

import { describe, expect, it } from 'vitest';
import type { ReleaseProgress } from '../../domain/progress.ts';
import { aProduction, aSpec, aSpecInput, aVersion } from '../support/builders.ts';
import { play, type Scene } from '../support/scene.ts';
import { looks, recorded, told, unknowns } from '../support/watches.ts';

const isBack = ({ rollouts }: ReleaseProgress) => rollouts['eu']?.back === 'watched';
const isSick = ({ rollouts }: ReleaseProgress) => rollouts['eu']?.back === 'sick';

/** 1.0.0 is live, and 1.1.0 fails its first bake. */
async function breached({ world, apply, live }: Scene, spec = told()): Promise<void> {
  await apply(spec);
  await live('1.0.0');
  world.verdictFor = () => 'fail';
}

describe('workflows/stages/aftercare', () => {
  it('watches the designated version alone, by its limits, once traffic is back', () =>
    play(async (scene) => {
      const { world, live } = scene;
      await breached(scene);
      const shares: unknown[] = [];
      world.backFor = () => {
        shares.push(world.shares['eu']);
        return 'pass';
      };
      const { outcome, rollouts } = await live('1.1.0');
      expect(outcome).toBe('rolled_back');
      expect(rollouts['eu']).toMatchObject({ back: 'verified', outcome: 'rolled_back' });
      const [look, ...more] = looks(world);
      expect(more).toEqual([]);
      expect(look).toMatchObject({ canary: '1.0.0', stable: null, memory: {} });
      expect(look?.limits).toEqual({ min: 60_000, max: 300_000, mode: 'verify' });
      expect(look?.metrics[0]).toMatchObject({ limit: 0.01 });
      expect(look?.metrics[0]).not.toHaveProperty('ratioToStable');
      expect(shares[0]).toContainEqual({ version: '1.0.0', weight: 100 });
      expect(recorded(world, 'rollback.verified', 'eu')).toMatchObject([
        { detail: 'errors within limits' },
      ]);
    }));

  it('says that the version is sick, pages, looks again, and is verified once it is well', () =>
    play(async (scene) => {
      const { world, begin, until, pass, end } = scene;
      await breached(scene);
      world.backFor = () => 'fail';
      const number = await begin('1.1.0', isSick);
      const sick = await until(number, ({ outcome }) => outcome === 'rollback_failed');
      expect(sick.stage).toBe('rollback');
      expect(sick.sentence).toBe(
        '1.0.0 is sick in eu although all traffic is back on it: errors: fail',
      );
      expect(sick.rollouts['eu']?.wait).toMatchObject({ key: 'sick' });
      expect(world.running['eu']).toEqual(new Set(['1.0.0']));
      await pass('30m');
      const pages = world.notices.filter(({ event }) => event === 'rollback.failed');
      expect(pages.every(({ severity }) => severity === 'alert')).toBe(true);
      // After 1, 3, 7, 15 minutes, and not yet after 31.
      expect(looks(world)).toHaveLength(5);
      expect(pages).toHaveLength(5);
      world.backFor = () => 'pass';
      const progress = await end(number);
      expect(progress.outcome).toBe('rolled_back');
      expect(progress.rollouts['eu']).toMatchObject({ back: 'verified' });
    }));

  it('looks again at once when a person says retry, and makes sure of traffic before', () =>
    play(async (scene) => {
      const { world, begin, until, act } = scene;
      await breached(scene);
      world.backFor = () => 'fail';
      const number = await begin('1.1.0', isSick);
      world.backFor = () => 'pass';
      const before = { shifts: world.shifts.length, deploys: world.deploys.length };
      await act(number, 'retry');
      // The clock stands still: only the word of a person can have begun the next look.
      const progress = await until(number, ({ stage }) => stage === 'ended');
      expect(progress.outcome).toBe('rolled_back');
      expect(world.deploys.slice(before.deploys)).toEqual([
        { environment: 'eu', version: '1.0.0' },
      ]);
      expect(world.shifts.length).toBeGreaterThan(before.shifts);
    }));

  it('ends as failed when a person skips the watch of a sick version, and the lane is free', () =>
    play(async (scene) => {
      const { world, begin, until, act, state, submit, end } = scene;
      await breached(scene);
      world.backFor = () => 'fail';
      const number = await begin('1.1.0', isSick);
      const { number: fix } = await submit(aVersion('1.2.0'));
      await expect(act(number, 'skip')).rejects.toMatchObject({
        cause: { message: expect.stringContaining('needs a reason') },
      });
      await act(number, 'skip', { reason: 'a fix is on its way' });
      const progress = await until(number, ({ stage }) => stage === 'ended');
      expect(progress.outcome).toBe('rollback_failed');
      expect(progress.rollouts['eu']).toMatchObject({ outcome: 'rollback_failed', live: '1.0.0' });
      expect(progress.rollouts['eu']?.sentence).toContain('skipped by jane: a fix is on its way');
      expect((await state()).ledger.environments['eu']?.live).toBe('1.0.0');
      world.verdictFor = () => 'pass';
      expect((await end(fix)).outcome).toBe('succeeded');
    }));

  it('is verified without metrics when a person skips the watch before it has found anything', () =>
    play(async (scene) => {
      const { world, begin, until, act } = scene;
      await breached(scene);
      world.backFor = () => 'never';
      const number = await begin('1.1.0', isBack);
      await act(number, 'skip', { reason: 'seen it myself' });
      await act(number, 'skip', { reason: 'once more' }).catch(() => {});
      const progress = await until(number, ({ stage }) => stage === 'ended');
      expect(progress.outcome).toBe('rolled_back');
      expect(recorded(world, 'rollback.verified', 'eu')).toMatchObject([
        { detail: 'its watch was skipped by jane: seen it myself' },
      ]);
    }));

  it.each(unknowns)('never takes %s for a sick version: it is said, and it ends', (cause, detail) =>
    play(async (scene) => {
      const { world, live } = scene;
      await breached(scene);
      world.backFor = () => cause;
      expect((await live('1.1.0')).outcome).toBe('rolled_back');
      expect(recorded(world, 'rollback.verified', 'eu')).toMatchObject([{ detail }]);
      expect(recorded(world, 'rollback.failed', 'eu')).toEqual([]);
    }),
  );

  it('does not take an outage after that for health either', () =>
    play(async (scene) => {
      const { world, begin, until, act, end } = scene;
      await breached(scene);
      world.backFor = () => 'fail';
      const number = await begin('1.1.0', isSick);
      world.backFor = () => 'providerError';
      await act(number, 'retry');
      const sick = await until(
        number,
        ({ sentence }) => sentence?.includes('provider was away') ?? false,
      );
      expect(sick.outcome).toBe('rollback_failed');
      expect(sick.sentence).toContain('1.0.0 still counts as sick in eu');
      world.backFor = () => 'pass';
      expect((await end(number)).outcome).toBe('rolled_back');
    }));

  it('says plainly when no metric has a limit', () =>
    play(async (scene) => {
      const { world, live } = scene;
      const metrics = [{ signal: 'errors' as const, from: 'edge', ratioToStable: 2 }];
      await scene.apply(aSpec({ production: aProduction({ strategy: { allAtOnce: {} } }) }));
      await live('1.0.0');
      await scene.apply(told({ analysis: { ...aSpecInput().analysis, metrics } }));
      world.verdictFor = () => 'fail';
      expect((await live('1.1.0')).outcome).toBe('rolled_back');
      expect(looks(world)).toEqual([]);
      const [verified] = recorded(world, 'rollback.verified', 'eu');
      expect(verified).toMatchObject({
        detail: expect.stringContaining('no metric has a limit to judge it by'),
      });
    }));

  it('can be switched off', () =>
    play(async (scene) => {
      const { world, live } = scene;
      await breached(scene, told({ rollback: { verify: false } }));
      world.backFor = () => 'fail';
      expect((await live('1.1.0')).outcome).toBe('rolled_back');
      expect(looks(world)).toEqual([]);
      expect(recorded(world, 'rollback.verified', 'eu')[0]).not.toHaveProperty('detail');
    }));

  it('watches nobody when nobody met the candidate', () =>
    play(async ({ world, apply, live }) => {
      await apply(told());
      await live('1.0.0');
      world.testPasses = () => false;
      expect((await live('1.1.0')).outcome).toBe('rejected');
      expect(looks(world)).toEqual([]);
    }));

  it('takes the next environment back while the first is watched', () =>
    play(async (scene) => {
      const { world, apply, live, begin, until, act } = scene;
      const waves = [{ environments: ['eu'] }, { environments: ['us'] }];
      await apply(told({ production: aProduction({ waves }) }));
      await live('1.0.0');
      world.verdictFor = ({ place }) => (place.environment === 'us' ? 'never' : 'pass');
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['us']?.stage === 'bake');
      world.backFor = () => 'never';
      await act(number, 'rollback', { reason: 'errors' });
      // The clock stands still: nobody has waited for a watch to end.
      const progress = await until(number, ({ rollouts }) =>
        ['eu', 'us'].every((name) => rollouts[name]?.back === 'watched'),
      );
      expect(progress.rollouts['eu']?.weight).toBe(0);
      world.backFor = () => 'pass';
      await until(number, ({ stage }) => stage === 'ended');
    }));
});
