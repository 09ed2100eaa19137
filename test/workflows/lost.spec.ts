/** Cancelled or terminated in Temporal: whatever was begun is brought back. */

import { describe, expect, it } from 'vitest';
import { aProduction, aSpec } from '../support/builders.ts';
import { play } from '../support/scene.ts';

const twoWaves = aSpec({
  production: aProduction({ waves: [{ environments: ['eu'] }, { environments: ['us'] }] }),
});
const baking =
  (environment: string) =>
  ({ rollouts }: { rollouts: Record<string, { stage: string }> }) =>
    rollouts[environment]?.stage === 'bake';

describe('workflows: cancelled in Temporal', () => {
  it('a cancelled release goes back to stable, like an abort', () =>
    play(async ({ world, apply, live, begin, handle, end, state }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.verdictFor = () => 'never';
      const number = await begin('1.1.0', baking('eu'));
      await handle(number).cancel();
      const progress = await end(number);
      expect(progress.outcome).toBe('rolled_back');
      expect(progress.sentence).toContain('cancelled in Temporal');
      expect((await state()).ledger.quarantine).toEqual({});
    }));

  it.each([
    ['in the queue', 'queue'],
    ['while CI is awaited', 'checks'],
    ['at a gate', 'gate'],
    ['while it is warm', 'warm'],
  ])('a release that is cancelled %s', (_, key) =>
    play(async ({ world, apply, live, begin, handle, end, state, act }) => {
      await apply(aSpec());
      await live('1.0.0');
      const production = aProduction({ gates: key === 'gate' ? [{ before: 'production' }] : [] });
      await apply(aSpec({ verify: key === 'checks' ? [{ ci: {} }] : [], production }));
      world.checkState = () => 'never';
      if (key === 'queue') world.verdictFor = () => 'never';
      if (key === 'queue') await begin('1.0.5', baking('eu'));
      const number = await begin('1.1.0', ({ wait }) => wait?.key === key);
      await handle(number).cancel();
      const progress = await end(number);
      expect(progress.outcome).toBe(key === 'warm' ? 'rolled_back' : 'rejected');
      if (key === 'queue') await act(2, 'abort');
      expect((await state()).ledger.environments['eu']?.live).toBe('1.0.0');
    }),
  );

  it('a release that is cancelled while it goes back goes back all the same', () =>
    play(async ({ world, apply, live, begin, handle, until, act, end }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.verdictFor = () => 'fail';
      world.isReady = () => false;
      const number = await begin('1.1.0', ({ stage }) => stage === 'rollback');
      await handle(number).cancel();
      world.isReady = () => true;
      await act(number, 'retry');
      await until(number, ({ stage }) => stage === 'ended');
      expect((await end(number)).outcome).toBe('rolled_back');
    }));

  it('a cancelled rollout takes its release back with it', () =>
    play(async ({ world, apply, live, begin, rollout, end }) => {
      await apply(twoWaves);
      await live('1.0.0');
      world.verdictFor = ({ place }) => (place.environment === 'us' ? 'never' : 'pass');
      const number = await begin('1.1.0', baking('us'));
      await rollout(number, 'us').cancel();
      const progress = await end(number);
      expect(progress.outcome).toBe('rolled_back');
      expect(world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
    }));

  it('a guardian cannot be cancelled: with it the ledger would go', () =>
    play(async ({ apply, live, guardian, state }) => {
      await apply(aSpec());
      await guardian().cancel();
      expect((await live('1.0.0')).outcome).toBe('succeeded');
      expect((await state()).ledger.environments['eu']?.live).toBe('1.0.0');
    }));
});

describe('workflows: terminated in Temporal', () => {
  it('a terminated rollout: its release brings the environment back', () =>
    play(async ({ world, apply, live, begin, rollout, end, state }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.verdictFor = () => 'never';
      const number = await begin('1.1.0', baking('eu'));
      await rollout(number, 'eu').terminate('oops');
      const progress = await end(number);
      expect(progress.outcome).toBe('rolled_back');
      expect(progress.rollouts['eu']?.cause).toBe('its workflow was lost');
      expect((await state()).ledger.environments['eu']?.live).toBe('1.0.0');
    }));

  it.each([
    ['before it was admitted', 'queue'],
    ['in staging', 'staging'],
    ['at a step', 'eu'],
    ['in the second wave', 'us'],
    ['while it is warm', 'warm'],
  ])('a terminated release %s: its guardian brings everything back', (_, where) =>
    play(async ({ world, apply, live, begin, handle, state, until, pass, rollout, act }) => {
      await apply(twoWaves);
      await live('1.0.0');
      if (where === 'queue') {
        world.verdictFor = () => 'never';
        await begin('1.0.5', baking('eu'));
      }
      world.testPasses = () => (where === 'staging' ? 'never' : true);
      world.verdictFor = ({ place }) =>
        place.environment === where || where === 'queue' ? 'never' : 'pass';
      const number = await begin('1.1.0', ({ rollouts, stage, wait }) => {
        if (where === 'queue' || where === 'warm') return (wait?.key ?? stage) === where;
        return rollouts[where]?.stage === (where === 'staging' ? 'test' : 'bake');
      });
      await handle(number).terminate('oops');
      if (where === 'queue') {
        await until(2, () => true);
        await expect.poll(async () => (await state()).lane.queue).toEqual([]);
        await act(2, 'abort');
        return;
      }
      const seen = () => state();
      await expect
        .poll(
          async () => {
            await pass('10s');
            return (await seen()).lane.active;
          },
          { timeout: 20_000 },
        )
        .toBeNull();
      const { ledger } = await state();
      for (const environment of ['staging', 'eu', 'us']) {
        expect(ledger.environments[environment]?.live, environment).toBe('1.0.0');
        expect(world.running[environment], environment).toEqual(new Set(['1.0.0']));
        if (environment === 'staging') continue;
        expect(world.shares[environment]).toEqual([{ version: '1.0.0', weight: 100 }]);
      }
      for (const environment of ['staging', 'eu']) {
        const { status } = await rollout(number, environment).describe();
        expect(status.name).toBe('COMPLETED');
      }
      const { outcome, sentence } = await handle(number).result();
      expect(outcome).toBe('rolled_back');
      expect(sentence).toContain('an earlier run of this release was lost');
      expect((await live('1.2.0')).outcome).toBe('succeeded');
    }),
  );
});
