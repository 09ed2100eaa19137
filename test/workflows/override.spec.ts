/** Overrides: who goes on in spite of the calendar is on record, for as long as was said. */

import { describe, expect, it } from 'vitest';
import type { ReleaseProgress } from '../../domain/progress.ts';
import { aSpec, aVersion } from '../support/builders.ts';
import { play, type Scene } from '../support/scene.ts';
import { day, minute, opening, withWindows } from '../support/windows.ts';

const waits = ({ rollouts }: ReleaseProgress) =>
  ['window', 'hold'].includes(rollouts['eu']?.wait?.key ?? '');

function used({ world }: Pick<Scene, 'world'>) {
  return world.entries.flatMap(({ event }) =>
    event.type === 'calendar.overridden' ? [event] : [],
  );
}

async function closed(scene: Scene) {
  const opens = Math.ceil((await scene.env.currentTimeMs()) / minute) * minute + 50 * day;
  return withWindows(opening(opens, { onClose: 'rollback' }));
}

describe('workflows/stages/window: overrides', () => {
  it('a release that waits goes on, through window and hold, and every step is on record', () =>
    play(async (scene) => {
      const { apply, hold, begin, act, end } = scene;
      await apply(aSpec());
      await scene.live('1.0.0');
      await apply(await closed(scene));
      await hold(60 * day);
      const number = await begin('1.1.0', waits);
      await act(number, 'override', { by: 'joe', reason: 'checkout is down', for: '2h' });
      expect((await end(number)).outcome).toBe('succeeded');
      const what = 'the maintenance window and the hold of jane (migration)';
      expect(used(scene)).toHaveLength(4);
      for (const event of used(scene)) {
        expect(event).toMatchObject({ what, by: { id: 'joe' }, reason: 'checkout is down' });
        expect(Date.parse(event.until)).toBeGreaterThan(Date.parse(event.at));
      }
    }));

  it('over, it lets nothing more go forward', () =>
    play(async (scene) => {
      const { world, apply, live, hold, begin, act, pass, until, end } = scene;
      await apply(aSpec());
      await live('1.0.0');
      world.bakeTakes = 10 * minute;
      await hold(day);
      const number = await begin('1.1.0', waits);
      await act(number, 'override', { reason: 'only the first step', for: '5m' });
      await until(number, ({ rollouts }) => rollouts['eu']?.stage === 'bake');
      await pass('11m');
      const { rollouts } = await until(number, waits);
      expect(rollouts['eu']?.weight).toBe(5);
      expect((await end(number)).outcome).toBe('succeeded');
    }));

  it('of another environment, it changes nothing here', () =>
    play(async (scene) => {
      const { apply, hold, begin, act, progress } = scene;
      await apply(aSpec());
      await hold(day);
      const number = await begin('1.0.0', waits);
      await expect(
        act(number, 'override', { reason: 'x', environment: 'staging' }),
      ).rejects.toMatchObject({ cause: { message: expect.stringContaining('nothing waits') } });
      await expect(act(number, 'override')).rejects.toMatchObject({
        cause: { message: 'cannot override: an override needs a reason' },
      });
      expect(waits(await progress(number))).toBe(true);
      expect(used(scene)).toEqual([]);
    }));

  it('comes with the submission, and counts from its admission', () =>
    play(async (scene) => {
      const { apply, submit, end } = scene;
      await apply(await closed(scene));
      const override = { reason: 'first release', for: day };
      const { number } = await submit(aVersion('1.0.0'), { override });
      const progress = await end(number);
      expect(progress.outcome).toBe('succeeded');
      expect(progress.overrides).toMatchObject([{ by: { id: 'jane' }, reason: 'first release' }]);
      expect(used(scene).map(({ what }) => what)).toEqual([
        'the maintenance window',
        'the maintenance window',
      ]);
    }));
});
