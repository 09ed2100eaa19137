/** The way back before every step: what a rollback goes to has to be there, or nobody more is asked. */

import { describe, expect, it } from 'vitest';
import type { ReleaseProgress } from '../../domain/progress.ts';
import { aSpec } from '../support/builders.ts';
import { play, type Scene } from '../support/scene.ts';

const told = aSpec({ notify: [{ fake: {} }] });
const missing = ({ rollouts }: ReleaseProgress) => rollouts['eu']?.wait?.key === 'way-back';

/** 1.0.0 is live, and gone the moment 1.1.0 has 5 %. */
async function lost({ world, apply, live, begin }: Scene): Promise<number> {
  await apply(told);
  await live('1.0.0');
  world.missing = (version, environment) => {
    const has = world.shares[environment]?.find((share) => share.version === '1.1.0')?.weight;
    return version === '1.0.0' && has === 5 ? 'its process has ended' : null;
  };
  return begin('1.1.0', missing);
}

describe('workflows/stages/way-back', () => {
  it('holds with a page while stable is not ready, and goes on by itself when it is', () =>
    play(async (scene) => {
      const { world, progress, end } = scene;
      const number = await lost(scene);
      const { rollouts } = await progress(number);
      expect(rollouts['eu']).toMatchObject({ stage: 'hold', weight: 5 });
      expect(rollouts['eu']?.wait?.for).toBe(
        '1.0.0 to be there to go back to in eu: its process has ended',
      );
      const page = world.notices.find(({ title }) => title.includes('to be there to go back to'));
      expect(page).toMatchObject({ severity: 'alert' });
      // It was asked for again, which would have healed it.
      expect(world.deploys.at(-1)).toEqual({ environment: 'eu', version: '1.0.0' });
      world.missing = () => null;
      expect((await end(number)).outcome).toBe('succeeded');
    }));

  it('goes back all the same when the weight that people have proves worse meanwhile', () =>
    play(async (scene) => {
      const { world, end } = scene;
      const number = await lost(scene);
      world.verdictFor = ({ limits }) => (limits.mode === 'guard' ? 'fail' : 'pass');
      expect((await end(number)).outcome).toBe('rolled_back');
    }));

  it('goes on without it when a person skips it, and asks again before the next step', () =>
    play(async (scene) => {
      const { act, until, end } = scene;
      const number = await lost(scene);
      await expect(act(number, 'promote')).rejects.toThrow();
      await act(number, 'skip', { reason: 'we can live without' });
      await until(number, ({ rollouts }) => (rollouts['eu']?.peak ?? 0) > 5);
      expect((await end(number)).outcome).toBe('succeeded');
    }));

  it('asks before the first traffic, and of the designated version whichever it is', () =>
    play(async ({ world, apply, live, begin, act, until }) => {
      await apply(told);
      await live('0.9.0');
      await live('1.0.0');
      await apply(aSpec({ rollback: { to: 'version:0.9.0' } }));
      world.missing = (version) => (version === '0.9.0' ? 'there is no shop-0.9.0.js' : null);
      const number = await begin('1.1.0', missing);
      expect(Math.max(...world.weightsOf('eu', '1.1.0'))).toBe(0);
      await act(number, 'abort', { reason: 'the artefact is gone' });
      const { outcome } = await until(number, ({ stage }) => stage === 'ended');
      expect(outcome).toBe('rejected');
    }));

  it('does not keep a return', () =>
    play(async ({ world, apply, live, goBack, end }) => {
      await apply(told);
      await live('0.9.0');
      await live('1.0.0');
      world.missing = () => 'nothing is there';
      const { number } = await goBack('0.9.0', { reason: 'errors' });
      expect((await end(number)).outcome).toBe('succeeded');
    }));
});
