/** Maintenance windows: what waits for them, what closing does, and that no way back ever waits. */

import { describe, expect, it } from 'vitest';
import type { ReleaseProgress } from '../../domain/progress.ts';
import { aProduction, aSpec } from '../support/builders.ts';
import { play, type Scene } from '../support/scene.ts';
import { day, minute, opening, withWindows } from '../support/windows.ts';

const waits = ({ rollouts }: ReleaseProgress) => rollouts['eu']?.wait?.key === 'window';
const heldAt = (weight: number) => (progress: ReleaseProgress) =>
  waits(progress) && progress.rollouts['eu']?.weight === weight;

/** Whole minutes from the scene's clock on. */
async function from({ env }: Pick<Scene, 'env'>, ms: number): Promise<number> {
  return Math.ceil((await env.currentTimeMs()) / minute) * minute + ms;
}

/** When the candidate's share rose in `eu`. */
function rises({ world }: Pick<Scene, 'world'>, version: string): [number, number][] {
  const risen: [number, number][] = [];
  for (const { event } of world.entries) {
    if (event.type !== 'traffic.shifted' || event.environment !== 'eu') continue;
    const weight = event.shares.find((share) => share.version === version)?.weight ?? 0;
    if (weight > (risen.at(-1)?.[1] ?? 0)) risen.push([Date.parse(event.at), weight]);
  }
  return risen;
}

describe('workflows/stages/window: before production', () => {
  it('waits for months, says until when, and touches nothing meanwhile', () =>
    play(async (scene) => {
      const { world, apply, begin, until, end } = scene;
      await apply(aSpec());
      await scene.live('1.0.0');
      const opens = await from(scene, 100 * day);
      await apply(withWindows(opening(opens)));
      const number = await begin('1.1.0', waits);
      const { rollouts } = await until(number, waits);
      expect(rollouts['eu']).toMatchObject({
        stage: 'hold',
        wait: {
          for: 'the maintenance window in eu',
          until: new Date(opens).toISOString(),
          then: 'it goes on',
        },
      });
      expect(rollouts['staging']?.stage).toBe('finished');
      expect(world.running['eu']).toEqual(new Set(['1.0.0']));
      expect((await end(number)).outcome).toBe('succeeded');
      const risen = rises(scene, '1.1.0');
      expect(risen.map(([, weight]) => weight)).toEqual([5, 25, 100]);
      expect(risen.every(([at]) => at >= opens && at < opens + 120 * minute)).toBe(true);
    }));

  it('goes straight on in an open one', () =>
    play(async (scene) => {
      const opened = await from(scene, -30 * minute);
      await scene.apply(withWindows(opening(opened)));
      const progress = await scene.live('1.0.0');
      expect(progress.outcome).toBe('succeeded');
      expect(scene.world.entries.some(({ event }) => event.type === 'rollout.holding')).toBe(false);
    }));

  it('staging asks nobody', () =>
    play(async (scene) => {
      await scene.apply(withWindows(opening(await from(scene, day))));
      await scene.live('1.0.0');
      expect(new Set(scene.world.consulted.map(({ environment }) => environment))).toEqual(
        new Set(['eu']),
      );
    }));

  it('a window that never opens again ends the release when holdFor is over', () =>
    play(async (scene) => {
      const past = 'FREQ=DAILY;UNTIL=20200101T000000Z';
      await scene.apply(withWindows({ rrule: past, timezone: 'UTC', duration: '1h' }));
      const number = await scene.begin('1.0.0', waits);
      const { rollouts } = await scene.progress(number);
      expect(rollouts['eu']?.wait?.then).toBe('it is given up, since there is no next opening');
      const progress = await scene.end(number);
      expect(progress.outcome).toBe('rejected');
      expect(scene.world.running['eu']?.size ?? 0).toBe(0);
    }));

  it('a pause during the wait holds it after the window has opened', () =>
    play(async (scene) => {
      const { world, apply, begin, act, pass, until, end } = scene;
      await apply(withWindows(opening(await from(scene, day), { duration: '3d' })));
      const number = await begin('1.0.0', waits);
      await act(number, 'pause');
      await pass('25h');
      await until(number, ({ rollouts }) => rollouts['eu']?.wait?.key === 'pause');
      expect(world.shares['eu']).toBeUndefined();
      await act(number, 'resume');
      expect((await end(number)).outcome).toBe('succeeded');
    }));
});

describe('workflows/stages/window: when it closes', () => {
  /** 1.0.0 is live and 1.1.0 bakes longer than the window of ten minutes is open. */
  async function underWay(scene: Scene, onClose: 'hold' | 'continue' | 'rollback') {
    const { world, apply, live } = scene;
    await apply(aSpec());
    await live('1.0.0');
    world.bakeTakes = 12 * minute;
    const opens = await from(scene, day);
    const openings = [0, 2, 4].map((hours) =>
      opening(opens + hours * 60 * minute, { duration: '10m', onClose }),
    );
    await apply(withWindows(...openings));
    const { number } = await scene.submit({ name: '1.1.0', artifact: 'shop:1.1.0' });
    return { number, opens };
  }

  it('hold: keeps the weight under guard, and takes one step in each opening', () =>
    play(async (scene) => {
      const { number, opens } = await underWay(scene, 'hold');
      expect((await scene.end(number)).outcome).toBe('succeeded');
      const risen = rises(scene, '1.1.0');
      expect(risen.map(([, weight]) => weight)).toEqual([5, 25, 100]);
      const hours = risen.map(([at]) => Math.round((at - opens) / (60 * minute)));
      expect(hours).toEqual([0, 2, 4]);
      const guards = scene.world.bakes.filter(({ limits }) => limits.mode === 'guard');
      expect(new Set(guards.map(({ weight }) => weight))).toEqual(new Set([5, 25]));
    }));

  it('hold: a regression proven while it waits rolls back', () =>
    play(async (scene) => {
      const { number } = await underWay(scene, 'hold');
      scene.world.verdictFor = ({ limits }) => (limits.mode === 'guard' ? 'fail' : 'pass');
      const progress = await scene.end(number);
      expect(progress).toMatchObject({ outcome: 'rolled_back', quarantined: expect.any(String) });
      expect(scene.world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
    }));

  it('continue: what has begun goes on', () =>
    play(async (scene) => {
      const { number, opens } = await underWay(scene, 'continue');
      expect((await scene.end(number)).outcome).toBe('succeeded');
      const risen = rises(scene, '1.1.0');
      expect(risen.every(([at]) => at < opens + 60 * minute)).toBe(true);
      expect(risen).toHaveLength(3);
    }));

  it('rollback: leaves the moment it closes, and the version is not to blame', () =>
    play(async (scene) => {
      const { number, opens } = await underWay(scene, 'rollback');
      const progress = await scene.end(number);
      expect(progress).toMatchObject({ outcome: 'rolled_back', quarantined: null });
      expect(progress.sentence).toContain('the maintenance window closed');
      expect(rises(scene, '1.1.0').map(([, weight]) => weight)).toEqual([5]);
      const started = scene.world.entries.find(({ event }) => event.type === 'rollback.started');
      const late = Date.parse(started!.event.at) - (opens + 10 * minute);
      expect(late).toBeGreaterThanOrEqual(0);
      expect(late).toBeLessThan(minute);
      expect(scene.world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
    }));
});

describe('workflows/stages/window: the way back', () => {
  it.each(['rollback', 'abort'] as const)('%s is done at once while nothing has begun', (action) =>
    play(async (scene) => {
      const { world, apply, live, begin, act, end } = scene;
      await apply(aSpec());
      await live('1.0.0');
      await apply(withWindows(opening(await from(scene, 100 * day))));
      const number = await begin('1.1.0', waits);
      const before = await scene.env.currentTimeMs();
      await act(number, action, { reason: 'no' });
      const progress = await end(number);
      expect(progress.outcome).toBe('rejected');
      expect(Date.parse(progress.endedAt!) - before).toBeLessThan(day);
      expect(world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
    }),
  );

  it.each(['rollback', 'abort'] as const)('%s is done at once from a held weight', (action) =>
    play(async (scene) => {
      const { world, apply, live, begin, act, end } = scene;
      await apply(aSpec());
      await live('1.0.0');
      world.bakeTakes = 5 * minute;
      const opens = await from(scene, -8 * minute);
      await apply(withWindows(opening(opens, { duration: '10m' })));
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['eu']?.stage === 'bake');
      await scene.pass('6m');
      await scene.until(number, heldAt(5));
      const before = await scene.env.currentTimeMs();
      await act(number, action, { reason: 'no' });
      const progress = await end(number);
      expect(progress.outcome).toBe('rolled_back');
      expect(Date.parse(progress.endedAt!) - before).toBeLessThan(day);
      expect(world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
    }),
  );

  it('an emergency return asks no calendar', () =>
    play(async (scene) => {
      const { world, apply, live, goBack, end } = scene;
      await apply(aSpec());
      await live('1.0.0');
      await live('1.1.0');
      await apply(withWindows(opening(await from(scene, 100 * day))));
      const questions = world.consulted.length;
      const { number } = await goBack(null);
      expect((await end(number)).outcome).toBe('succeeded');
      expect(world.consulted).toHaveLength(questions);
      expect(world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
    }));

  it('a failing bake rolls back after the window has closed', () =>
    play(async (scene) => {
      const { world, apply, live, end } = scene;
      await apply(aSpec());
      await live('1.0.0');
      world.bakeTakes = 15 * minute;
      world.verdictFor = () => 'fail';
      const opens = await from(scene, -8 * minute);
      await apply(withWindows(opening(opens, { duration: '10m' })));
      const { number } = await scene.submit({ name: '1.1.0', artifact: 'shop:1.1.0' });
      expect((await end(number)).outcome).toBe('rolled_back');
      expect(world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
    }));

  it('a wave waits for its own window only', () =>
    play(async (scene) => {
      const waves = [{ environments: ['eu'] }, { environments: ['us'] }];
      const opens = await from(scene, 3 * day);
      const spec = withWindows();
      spec.environments['us']!.windows = [
        {
          rrule: 'FREQ=DAILY',
          timezone: 'UTC',
          duration: day,
          onClose: 'hold',
          from: new Date(opens + day).toISOString().slice(0, 10),
        },
      ];
      spec.production = aSpec({ production: aProduction({ waves }) }).production;
      await scene.apply(spec);
      const number = await scene.begin(
        '1.0.0',
        ({ rollouts }) => rollouts['us']?.wait?.key === 'window',
      );
      expect((await scene.progress(number)).rollouts['eu']?.stage).toBe('finished');
      expect((await scene.end(number)).outcome).toBe('succeeded');
    }));
});
