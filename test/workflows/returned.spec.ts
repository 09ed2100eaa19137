/** After an emergency return: the version that has all traffic is watched, and nothing is slower for it. */

import { describe, expect, it } from 'vitest';
import type { ReleaseProgress } from '../../domain/progress.ts';
import { aProduction, aSpecInput, aVersion } from '../support/builders.ts';
import { play, poll, type Scene } from '../support/scene.ts';
import { looks, recorded, told, unknowns } from '../support/watches.ts';

const back = (state: string) => (progress: ReleaseProgress) =>
  progress.rollouts['eu']?.back === state;
const wrong = { reason: 'orders are lost' };

/** Two versions were proven good, and the later one serves. */
async function served({ apply, live }: Scene, spec = told()): Promise<void> {
  await apply(spec);
  await live('1.0.0');
  await live('1.1.0');
}

describe('workflows/stages/returned', () => {
  it('watches the version that is back, alone and by its limits, once it has all traffic', () =>
    play(async (scene) => {
      const { world, goBack, until, state, end } = scene;
      await served(scene);
      world.backFor = () => 'never';
      const { number } = await goBack('1.0.0', wrong);
      const seen = await until(number, back('watched'));
      expect(seen).toMatchObject({ stage: 'production', outcome: null });
      expect(seen.rollouts['eu']).toMatchObject({ stage: 'finished', weight: 100 });
      expect(seen.rollouts['eu']?.wait).toMatchObject({ key: 'verify' });
      expect(world.shares['eu']).toContainEqual({ version: '1.0.0', weight: 100 });
      // The ledger knows of it by now, and of what was sent away: nobody has waited for the watch.
      await poll(state, ({ ledger: { environments, quarantine } }) => {
        return environments['eu']?.live === '1.0.0' && quarantine['1.1.0'] !== undefined;
      });
      world.backFor = () => 'pass';
      const progress = await end(number);
      expect(progress).toMatchObject({ outcome: 'succeeded' });
      expect(progress.rollouts['eu']).toMatchObject({ back: 'verified', weight: 100 });
      const [look, ...more] = looks(world);
      expect(more).toEqual([]);
      expect(look).toMatchObject({ canary: '1.0.0', stable: null, memory: {} });
      expect(look?.metrics[0]).toMatchObject({ limit: 0.01 });
      expect(recorded(world, 'rollback.verified')).toMatchObject([
        { to: '1.0.0', detail: 'errors within limits' },
      ]);
    }));

  it('keeps the lane while it is watched, and lets the next one in after that', () =>
    play(async (scene) => {
      const { world, goBack, until, submit, state, end } = scene;
      await served(scene);
      world.backFor = () => 'never';
      const { number } = await goBack('1.0.0', wrong);
      await until(number, back('watched'));
      const next = await submit(aVersion('1.2.0'));
      expect(next.ahead).toBe(1);
      expect((await state()).lane.active?.number).toBe(number);
      world.backFor = () => 'pass';
      // It yields at once: the clock stands still, and nothing is kept warm.
      await until(number, ({ stage }) => stage === 'ended');
      expect((await end(next.number)).outcome).toBe('succeeded');
    }));

  it('says that it is sick, pages, looks again, and is verified once it is well', () =>
    play(async (scene) => {
      const { world, goBack, until, act, end } = scene;
      await served(scene);
      world.backFor = () => 'fail';
      const { number } = await goBack('1.0.0', wrong);
      const sick = await until(number, ({ outcome }) => outcome === 'rollback_failed');
      expect(sick.sentence).toBe(
        '1.0.0 is sick in eu although all traffic is back on it: errors: fail',
      );
      expect(sick.rollouts['eu']).toMatchObject({ stage: 'finished', weight: 100, back: 'sick' });
      const pages = async () => world.notices.filter(({ event }) => event === 'rollback.failed');
      const [page] = await poll(pages, (all) => all.length > 0);
      expect(page).toMatchObject({ severity: 'alert' });
      const before = world.deploys.length;
      world.backFor = () => 'pass';
      await act(number, 'retry');
      await until(number, back('verified'));
      expect(world.deploys.slice(before)).toEqual([{ environment: 'eu', version: '1.0.0' }]);
      expect((await end(number)).outcome).toBe('succeeded');
    }));

  it('ends as failed when a person leaves it at that, and nobody returns to it again', () =>
    play(async (scene) => {
      const { world, goBack, until, act, end, state, submit } = scene;
      await served(scene);
      world.backFor = () => 'fail';
      const { number } = await goBack('1.0.0', wrong);
      await until(number, back('sick'));
      await expect(act(number, 'skip')).rejects.toMatchObject({
        cause: { message: expect.stringContaining('skipping needs a reason') },
      });
      await act(number, 'skip', { reason: 'a fix is ready' });
      const progress = await end(number);
      expect(progress.outcome).toBe('rollback_failed');
      expect(progress.sentence).toContain('skipped by jane: a fix is ready');
      expect(progress.rollouts['eu']).toMatchObject({ back: 'left', live: '1.0.0' });
      expect(world.running['eu']).toEqual(new Set(['1.0.0']));
      const { live, history } = (await state()).ledger.environments['eu']!;
      expect([live, history.at(-1)?.outcome]).toEqual(['1.0.0', 'rolled_back']);
      await expect(submit(aVersion('1.2.0'))).rejects.toMatchObject({
        cause: { message: expect.stringContaining('there is no version to roll back to') },
      });
    }));

  it.each(unknowns)('never takes %s for a sick version: it is said, and it ends', (cause, detail) =>
    play(async (scene) => {
      const { world, goBack, end } = scene;
      await served(scene);
      world.backFor = () => cause;
      const { number } = await goBack('1.0.0', wrong);
      expect((await end(number)).outcome).toBe('succeeded');
      expect(recorded(world, 'rollback.verified')).toMatchObject([{ detail }]);
      expect(recorded(world, 'rollback.failed')).toEqual([]);
    }),
  );

  it('gives way to a further return at once, be its version sick or only watched', () =>
    play(async (scene) => {
      const { world, live, goBack, until, progress } = scene;
      await served(scene);
      await live('1.2.0');
      world.backFor = ({ canary }) => (canary === '1.1.0' ? 'fail' : 'never');
      const first = await goBack('1.1.0', wrong);
      await until(first.number, back('sick'));
      const second = await goBack('1.0.0', wrong);
      // The clock stands still: nobody has waited for the next look.
      await until(second.number, back('watched'));
      expect((await progress(first.number)).outcome).toBe('rollback_failed');
      world.backFor = () => 'pass';
      await until(second.number, back('verified'));
    }));

  it('goes on in the other environments meanwhile, and can itself be taken back', () =>
    play(async (scene) => {
      const { world, goBack, until, act, state } = scene;
      const waves = [{ environments: ['eu'] }, { environments: ['us'] }];
      await served(scene, told({ production: aProduction({ waves }) }));
      world.backFor = () => 'never';
      const { number } = await goBack('1.0.0', wrong);
      await until(number, ({ rollouts }) =>
        ['eu', 'us'].every((name) => rollouts[name]?.back === 'watched'),
      );
      world.backFor = () => 'pass';
      await until(number, ({ stage }) => stage === 'warm');
      await act(number, 'rollback', { reason: 'it was right' });
      await until(number, ({ stage }) => stage === 'ended');
      expect(world.shares['us']).toEqual([{ version: '1.1.0', weight: 100 }]);
      expect((await state()).ledger.environments['eu']?.live).toBe('1.1.0');
    }));

  it('can be switched off, and says so when no metric has a limit', () =>
    play(async (scene) => {
      const { world, apply, goBack, end } = scene;
      await served(scene, told({ rollback: { verify: false } }));
      world.backFor = () => 'fail';
      expect((await end((await goBack('1.0.0', wrong)).number)).outcome).toBe('succeeded');
      expect(recorded(world, 'rollback.verified')).toEqual([]);
      const metrics = [{ signal: 'errors' as const, from: 'edge', ratioToStable: 2 }];
      await apply(told({ analysis: { ...aSpecInput().analysis, metrics } }));
      await scene.live('1.2.0');
      expect((await end((await goBack('1.0.0')).number)).outcome).toBe('succeeded');
      expect(looks(world)).toEqual([]);
      expect(recorded(world, 'rollback.verified')).toMatchObject([
        { detail: expect.stringContaining('no metric has a limit to judge it by') },
      ]);
    }));
});
