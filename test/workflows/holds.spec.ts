/** Freezes and holds: what they keep from going forward, how they end, and that no way back waits. */

import { describe, expect, it } from 'vitest';
import type { ReleaseProgress } from '../../domain/progress.ts';
import { aProduction, aSpec } from '../support/builders.ts';
import { play, poll, type Scene } from '../support/scene.ts';
import { day, minute } from '../support/windows.ts';

const waitsFor = (key: string) => (progress: ReleaseProgress) =>
  progress.rollouts['eu']?.wait?.key === key;

/** A specification with a freeze of so many days from the scene's today on. */
async function frozen({ env }: Scene, days: number) {
  const at = (ms: number) => new Date(ms).toISOString();
  const today = await env.currentTimeMs();
  const freeze = { name: 'Christmas', from: at(today - day), to: at(today + days * day) };
  const withoutMs = { ...freeze, from: short(freeze.from), to: short(freeze.to) };
  return aSpec({ freezes: [withoutMs] });
}

function short(iso: string): string {
  return iso.replace(/\.\d+Z$/, 'Z');
}

describe('workflows/holds', () => {
  it('a hold keeps a release from production until it is over, and says whose it is', () =>
    play(async (scene) => {
      const { world, apply, hold, begin, end } = scene;
      await apply(aSpec());
      const placed = await hold(3 * day);
      const number = await begin('1.0.0', waitsFor('hold'));
      const { rollouts } = await scene.progress(number);
      expect(rollouts['eu']?.wait).toMatchObject({
        for: 'the hold of jane (migration) in eu',
        until: placed.to,
      });
      expect(world.running['eu']).toBeUndefined();
      const progress = await end(number);
      expect(progress.outcome).toBe('succeeded');
      expect(Date.parse(progress.endedAt!)).toBeGreaterThan(Date.parse(placed.to));
    }));

  it('lifted, the release goes on at once, and all of it is on record', () =>
    play(async (scene) => {
      const { world, apply, hold, unhold, begin, until, state } = scene;
      await apply(aSpec());
      const { id } = await hold(20 * day);
      const number = await begin('1.0.0', waitsFor('hold'));
      await expect(unhold('hold-9')).rejects.toMatchObject({
        cause: { type: 'hold_unknown', message: 'there is no hold "hold-9" (hold-1)' },
      });
      await unhold(id);
      await until(number, ({ stage }) => stage === 'warm');
      expect((await state()).holds).toEqual([]);
      const recorded = await poll(
        async () => world.entries.filter(({ event }) => event.type.startsWith('hold.')),
        (entries) => entries.length === 2,
      );
      expect(recorded.map(({ release, event }) => [release, event.type])).toEqual([
        [0, 'hold.placed'],
        [0, 'hold.lifted'],
      ]);
    }));

  it('binds only the environments it names', () =>
    play(async (scene) => {
      const { apply, hold, live, begin } = scene;
      const waves = [{ environments: ['eu'] }, { environments: ['us'] }];
      const spec = aSpec({ production: aProduction({ waves }) });
      spec.environments['eu']!.labels = { tier: '1' };
      await apply(spec);
      await live('1.0.0');
      await hold(day, { environments: ['us'] });
      await hold(day, { labels: { tier: '2' } });
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['us']?.wait?.key === 'hold');
      expect((await scene.progress(number)).rollouts['eu']?.stage).toBe('finished');
    }));

  it('put up while a step bakes, it keeps the weight under guard', () =>
    play(async (scene) => {
      const { world, apply, live, hold, begin, until, end, pass } = scene;
      await apply(aSpec());
      await live('1.0.0');
      world.bakeTakes = 5 * minute;
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['eu']?.stage === 'bake');
      const { to } = await hold(3 * 60 * minute);
      await pass('6m');
      const held = await until(number, waitsFor('hold'));
      expect(held.rollouts['eu']).toMatchObject({ weight: 5, wait: { until: to } });
      await expect(scene.act(number, 'promote')).rejects.toMatchObject({
        cause: { message: expect.stringContaining('cannot promote') },
      });
      expect(world.bakes.at(-1)?.limits.mode).toBe('guard');
      expect((await end(number)).outcome).toBe('succeeded');
    }));

  it('a freeze of the specification waits for its end, and for no longer when it is taken out', () =>
    play(async (scene) => {
      const { apply, begin, until } = scene;
      await apply(await frozen(scene, 30));
      const number = await begin('1.0.0', waitsFor('freeze'));
      const { rollouts } = await scene.progress(number);
      expect(rollouts['eu']?.wait?.for).toBe('the freeze "Christmas" in eu');
      await apply(aSpec());
      await until(number, ({ stage }) => stage === 'warm');
    }));

  it('a freeze put into the specification holds a release that is under way', () =>
    play(async (scene) => {
      const { world, apply, live, begin, pass, until } = scene;
      await apply(aSpec());
      await live('1.0.0');
      world.bakeTakes = 5 * minute;
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['eu']?.stage === 'bake');
      await apply(await frozen(scene, 1));
      await pass('6m');
      const { rollouts } = await until(number, waitsFor('freeze'));
      expect(rollouts['eu']?.weight).toBe(5);
      await scene.act(number, 'abort');
    }));

  it('refuses a hold that is over, or names what does not exist', () =>
    play(async (scene) => {
      await scene.apply(aSpec());
      await expect(scene.hold(-1)).rejects.toMatchObject({ cause: { type: 'request_invalid' } });
      await expect(scene.hold(day, { environments: ['mars'] })).rejects.toMatchObject({
        cause: { message: 'no environment is called "mars"; there are: staging, eu, us' },
      });
      expect((await scene.state()).holds).toEqual([]);
    }));
});

describe('workflows/holds: the way back', () => {
  type Action = 'rollback' | 'abort';
  it.each<[Action, 'hold' | 'freeze']>([
    ['rollback', 'hold'],
    ['abort', 'freeze'],
  ])('%s goes through a %s, from a weight and from before the first', (action, kind) =>
    play(async (scene) => {
      const { world, apply, live, begin, act, end, until, pass } = scene;
      await apply(aSpec());
      await live('1.0.0');
      world.bakeTakes = 5 * minute;
      const weighted = await begin('1.1.0', ({ rollouts }) => rollouts['eu']?.stage === 'bake');
      await scene.hold(300 * day, { kind });
      await pass('6m');
      await until(weighted, waitsFor(kind));
      await act(weighted, action, { reason: 'no' });
      expect((await end(weighted)).outcome).toBe('rolled_back');
      expect(world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);

      const waiting = await begin('1.2.0', waitsFor(kind));
      await act(waiting, action, { reason: 'no' });
      const progress = await end(waiting);
      expect(progress.outcome).toBe('rejected');
      expect(Date.parse(progress.endedAt!) - Date.parse(progress.submittedAt)).toBeLessThan(day);
      expect(world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
    }),
  );

  it('a failing bake and an emergency return go through all of them at once', () =>
    play(async (scene) => {
      const { world, apply, live, hold, goBack, begin, end } = scene;
      await apply(aSpec());
      await live('1.0.0');
      await live('1.1.0');
      world.bakeTakes = 5 * minute;
      world.verdictFor = () => 'fail';
      const number = await begin('1.2.0', ({ rollouts }) => rollouts['eu']?.stage === 'bake');
      await apply(await frozen(scene, 300));
      await hold(300 * day);
      const failed = await end(number);
      expect(failed.outcome).toBe('rolled_back');
      expect(world.shares['eu']).toEqual([{ version: '1.1.0', weight: 100 }]);
      const back = await goBack(null, { reason: 'slow' });
      const returned = await end(back.number);
      expect(returned.outcome).toBe('succeeded');
      expect(Date.parse(returned.endedAt!) - Date.parse(failed.submittedAt)).toBeLessThan(2 * day);
      expect(world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
    }));
});
