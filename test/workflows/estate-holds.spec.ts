/** Freezes and holds over all applications: what waits, what goes on, and that no way back waits. */

import { describe, expect, it } from 'vitest';
import { emptyEstate, type Estate } from '../../domain/estate.ts';
import type { ReleaseProgress } from '../../domain/progress.ts';
import { estateQuery, holdUpdate, unholdUpdate } from '../../workflows/messages.ts';
import { aProduction, aSpec } from '../support/builders.ts';
import { openEstate } from '../support/estate.ts';
import { play, playForReal, poll, type Scene } from '../support/scene.ts';
import { day, minute } from '../support/windows.ts';

const frozen = ({ rollouts }: ReleaseProgress) => rollouts['eu']?.wait?.key === 'freeze';
const baking = ({ rollouts }: ReleaseProgress) => rollouts['eu']?.stage === 'bake';

/** A release at 5 % whose next step waits for a freeze over all applications. */
async function frozenAtFive(scene: Scene) {
  const { world, apply, live, begin, pass, until } = scene;
  await apply(aSpec());
  await live('1.0.0');
  const estate = await openEstate(scene);
  world.bakeTakes = 5 * minute;
  const number = await begin('1.1.0', baking);
  const hold = await estate.freeze(300 * day);
  await pass('6m');
  const held = await until(number, frozen);
  return { estate, number, hold, held };
}

describe('workflows/estate-holds', () => {
  it('placed while a step bakes, the next one waits under guard; lifted, it goes on at once', () =>
    play(async (scene) => {
      const { world, until, end } = scene;
      const { estate, number, hold, held } = await frozenAtFive(scene);
      expect(held.rollouts['eu']).toMatchObject({
        weight: 5,
        wait: {
          for: 'the freeze of jane over all applications (Black Friday) in eu',
          until: hold.to,
        },
      });
      expect(world.bakes.at(-1)?.limits.mode).toBe('guard');
      await estate.unfreeze('all-1');
      await until(number, (progress) => !frozen(progress));
      const ended = await end(number);
      expect(ended.outcome).toBe('succeeded');
      expect(Date.parse(ended.endedAt!)).toBeLessThan(Date.parse(hold.to) - 290 * day);
      const events = () => world.entries.filter(({ application }) => application === '*');
      const recorded = await poll(
        async () => events().map(({ event }) => event.type),
        ({ length }) => length === 2,
      );
      expect(recorded).toEqual(['hold.placed', 'hold.lifted']);
    }));

  it.each(['rollback', 'abort'] as const)('%s goes through', (action) =>
    play(async (scene) => {
      const { number } = await frozenAtFive(scene);
      await scene.act(number, action, { reason: 'no' });
      expect((await scene.end(number)).outcome).toBe('rolled_back');
      expect(scene.world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
    }),
  );

  it('an emergency return goes through, and so does an override', () =>
    play(async (scene) => {
      const { apply, live, goBack, end, begin, act } = scene;
      await apply(aSpec());
      await live('1.0.0');
      await live('1.1.0');
      const estate = await openEstate(scene);
      await estate.freeze(300 * day);
      const { number } = await goBack(null, { reason: 'broken' });
      expect((await end(number)).outcome).toBe('succeeded');
      const fix = await begin('1.2.0', frozen);
      await act(fix, 'override', { reason: 'checkout is down', for: '2h' });
      expect((await end(fix)).outcome).toBe('succeeded');
      expect(scene.world.shares['eu']).toEqual([{ version: '1.2.0', weight: 100 }]);
    }));

  it('binds only the environments with its labels, and ends by itself', () =>
    play(async (scene) => {
      const { apply, live, begin, end, progress } = scene;
      const waves = [{ environments: ['us'] }, { environments: ['eu'] }];
      const spec = aSpec({ production: aProduction({ waves }) });
      spec.environments['eu']!.labels = { region: 'eu' };
      await apply(spec);
      await live('1.0.0');
      const estate = await openEstate(scene);
      const { to } = await estate.freeze(3 * day, { labels: { region: 'eu' } });
      const number = await begin('1.1.0', frozen);
      expect((await progress(number)).rollouts['us']?.stage).toBe('finished');
      const ended = await end(number);
      expect(ended.outcome).toBe('succeeded');
      expect(Date.parse(ended.endedAt!)).toBeGreaterThan(Date.parse(to));
    }));

  it('one to come holds nobody before its time, and all are told twice of every change', () =>
    play(async (scene) => {
      const { env, apply, live, pass } = scene;
      await apply(aSpec());
      const estate = await openEstate(scene);
      const from = new Date((await env.currentTimeMs()) + 200 * day).toISOString();
      await estate.freeze(201 * day, { from });
      expect((await live('1.0.0')).outcome).toBe('succeeded');
      await pass('1m');
      expect(estate.told()).toBe(2);
    }));

  it('survives a new run, which begins when everybody has been told', () =>
    playForReal(async (scene) => {
      await scene.apply(aSpec());
      const estate = await openEstate(scene);
      const { handle } = estate;
      const hold = await estate.freeze(day);
      const { runId } = await handle.describe();
      // Signals nobody understands still make history.
      const fill = () => Promise.all(Array.from({ length: 200 }, () => handle.signal('?')));
      for (let round = 0; round < 11; round += 1) await fill();
      await poll(
        () => handle.describe(),
        (now) => now.runId !== runId,
      );
      expect(estate.told()).toBe(2);
      expect((await handle.query(estateQuery)).holds).toEqual([hold]);
      expect(await estate.unfreeze('all-1')).toEqual(hold);
      expect((await estate.freeze(day)).id).toBe('all-2');
    }));

  it('refuses what is no hold, by hand too, and goes on with what an older run left', () =>
    play(async (scene) => {
      await scene.apply(aSpec());
      const { holds: _, lastHold: __, ...older } = { ...emptyEstate(), revision: 3 };
      const { handle, freeze, unfreeze } = await openEstate(scene, { estate: older as Estate });
      const refused = async (message: unknown) => {
        const update = handle.executeUpdate(holdUpdate, { args: [message] as never });
        return update.then(
          () => 'accepted',
          ({ cause }: Error) => (cause as Error).message,
        );
      };
      expect(await refused(undefined)).toContain('reason');
      expect(await refused({ by: 'jane', reason: 'x', to: 'noon' })).toContain('write a time as');
      expect(await refused({ by: 'jane', reason: 'x', to: '2020-01-01T00:00:00Z' })).toBe(
        'it would be over already (2020-01-01T00:00:00Z)',
      );
      await expect(unfreeze('all-9')).rejects.toMatchObject({
        cause: {
          type: 'hold_unknown',
          message: 'there is no hold "all-9" over all applications (none)',
        },
      });
      await expect(
        handle.executeUpdate(unholdUpdate, { args: [{ id: 7 }] as never }),
      ).rejects.toMatchObject({ cause: { type: 'request_invalid' } });
      await freeze(day);
      const { revision, holds } = await handle.query(estateQuery);
      expect([revision, holds.map(({ id }) => id)]).toEqual([4, ['all-1']]);
    }));
});
