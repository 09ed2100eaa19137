/** Everything stopped at once: nothing goes forward, weights are guarded, every way back is open. */

import { describe, expect, it } from 'vitest';
import { decide, emptyEstate, type Estate } from '../../domain/estate.ts';
import type { ReleaseProgress } from '../../domain/progress.ts';
import { aSpec } from '../support/builders.ts';
import { play } from '../support/scene.ts';

const by = { id: 'jane', channel: 'cli' as const };
const at = '2026-01-01T00:00:00.000Z';
const stopped = (estate: Estate = emptyEstate()) =>
  decide(estate, { type: 'estate.stopped', by, reason: 'DNS is down', at });
const resumed = (estate: Estate) =>
  decide(estate, { type: 'estate.resumed', by, reason: null, at });
const stands = ({ rollouts }: ReleaseProgress) => rollouts['eu']?.wait?.key === 'stop';

describe('workflows/stages/estate', () => {
  it('a new release waits before its first stage, and goes on when all is resumed', () =>
    play(async ({ world, apply, begin, end }) => {
      await apply(aSpec());
      world.estate = stopped();
      const number = await begin('1.0.0', ({ wait }) => wait?.key === 'stop');
      expect(world.deploys).toEqual([]);
      world.estate = resumed(world.estate);
      expect((await end(number)).outcome).toBe('succeeded');
    }));

  it('a weight stays where it is, promoted or not, and goes on when all is resumed', () =>
    play(async ({ world, apply, live, begin, act, until, end }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.verdictFor = ({ limits }) => (limits.mode === 'bake' ? 'never' : 'pass');
      const number = await begin('1.1.0', (p) => p.rollouts['eu']?.stage === 'bake');
      world.estate = stopped(world.estate);
      await act(number, 'promote');
      const progress = await until(number, stands);
      expect(progress.rollouts['eu']?.wait?.for).toContain('stopped by jane: DNS is down');
      await expect(act(number, 'promote', { full: true })).rejects.toMatchObject({
        cause: { message: expect.stringContaining('all applications are stopped') },
      });
      expect(world.weightsOf('eu', '1.1.0').at(-1)).toBe(5);
      world.verdictFor = () => 'pass';
      // Another decision that is no resume wakes nobody.
      world.estate = { ...world.estate, revision: world.estate.revision + 1 };
      await until(number, stands);
      world.estate = resumed(world.estate);
      expect((await end(number)).outcome).toBe('succeeded');
    }));

  it('a proven regression turns back during a stop', () =>
    play(async ({ world, apply, live, begin, act, until, end }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.verdictFor = ({ limits }) => (limits.mode === 'bake' ? 'never' : 'pass');
      const number = await begin('1.1.0', (p) => p.rollouts['eu']?.stage === 'bake');
      world.estate = stopped(world.estate);
      await act(number, 'promote');
      await until(number, stands);
      world.verdictFor = () => 'fail';
      expect(await end(number)).toMatchObject({
        outcome: 'rolled_back',
        quarantined: 'eu: errors: fail',
      });
      expect(world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
    }));

  it.each(['rollback', 'abort'] as const)('%s is not stopped', (action) =>
    play(async ({ world, apply, live, begin, act, until, end }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.verdictFor = ({ limits }) => (limits.mode === 'bake' ? 'never' : 'pass');
      const number = await begin('1.1.0', (p) => p.rollouts['eu']?.stage === 'bake');
      world.estate = stopped(world.estate);
      await act(number, 'promote');
      await until(number, stands);
      await act(number, action);
      expect((await end(number)).outcome).toBe('rolled_back');
      expect(world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
    }),
  );

  it('nor is an emergency return of the application', () =>
    play(async ({ world, apply, live, goBack, end }) => {
      await apply(aSpec());
      await live('1.0.0');
      await live('1.1.0');
      world.estate = stopped();
      const { number } = await goBack(null, { reason: 'broken' });
      expect((await end(number)).outcome).toBe('succeeded');
      expect(world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
    }));
});
