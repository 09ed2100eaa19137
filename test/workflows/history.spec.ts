/** History: how many events a release costs, and what does not make it longer. */

import { describe, expect, it } from 'vitest';
import { aProduction, aSpec } from '../support/builders.ts';
import { play, type Scene } from '../support/scene.ts';

const steps = [1, 5, 25, 50, 100];
const spec = aSpec({
  notify: [{ fake: {} }],
  production: aProduction({ strategy: { canary: { steps, bake: { min: '1m', max: '12h' } } } }),
});

/**
 * Measured about 210 and 370 events, for before every rise a rollout asks the calendar and whether
 * everything is stopped; the rest is head-room, because what happens at the same time shares a
 * workflow task or does not. Temporal ends a workflow at 51,200.
 */
const limits = { release: 240, rollout: 400 };

/** Events in the histories of a release whose bakes take so many milliseconds. */
async function lengths({ world, live, handle, rollout }: Scene, version: string, time: number) {
  world.bakeTakes = time;
  const { number, outcome } = await live(version);
  expect(outcome).toBe('succeeded');
  const [release, eu] = await Promise.all([handle(number), rollout(number, 'eu')].map(lengthOf));
  return { release: release ?? 0, rollout: eu ?? 0 };
}

async function lengthOf(workflow: {
  describe(): Promise<{ historyLength: number }>;
}): Promise<number> {
  return (await workflow.describe()).historyLength;
}

describe('workflows: history', () => {
  it('a release of five steps stays small, however long its bakes take', () =>
    play(async (scene) => {
      await scene.apply(spec);
      await scene.live('1.0.0');
      const short = await lengths(scene, '1.1.0', 60_000);
      const long = await lengths(scene, '1.2.0', 10 * 3_600_000);
      for (const measured of [short, long]) {
        expect(measured.release).toBeLessThan(limits.release);
        expect(measured.rollout).toBeLessThan(limits.rollout);
      }
      // 600 times as long, and the same but for tasks that fell together.
      expect(Math.abs(long.release - short.release)).toBeLessThan(30);
      expect(Math.abs(long.rollout - short.rollout)).toBeLessThan(30);
    }));

  it('a rollback that cannot be verified for hours makes little history', () =>
    play(async (scene) => {
      const { world, apply, live, begin, pass, end, rollout, handle, until } = scene;
      await apply(spec);
      await live('1.0.0');
      world.verdictFor = () => 'fail';
      world.isReady = () => false;
      const number = await begin('1.1.0', ({ stage }) => stage === 'rollback');
      await pass('6h');
      // A round every five minutes and a page every hour: days stay below Temporal's limit, and
      // a rollout that reached it would be followed by another one that returns.
      expect(await lengthOf(rollout(number, 'eu'))).toBeLessThan(2200);
      expect(await lengthOf(handle(number))).toBeLessThan(500);
      world.isReady = () => true;
      await until(number, ({ outcome }) => outcome === 'rollback_failed');
      expect((await end(number)).outcome).toBe('rolled_back');
    }));
});
