/** Cancelled or terminated in Temporal: whatever was begun is brought back. */

import { describe, expect, it } from 'vitest';
import { aProduction, aSpec } from '../support/builders.ts';
import { play, playForReal, poll } from '../support/scene.ts';

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
  /** Time is real here. */
  const quick = (waves: string[][], keepWarm = '500ms') =>
    aSpec({
      production: aProduction({
        waves: waves.map((environments) => ({ environments })),
        keepWarm,
      }),
    });

  it('a terminated rollout: its release brings the environment back', () =>
    playForReal(async ({ world, apply, live, begin, rollout, end, state }) => {
      await apply(quick([['eu']]));
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
    ['at a step', 'bake', '500ms'],
    ['while it is warm', 'finished', '1h'],
  ])('a terminated batch, %s: its release brings all of it back', (_, stage, keepWarm) =>
    playForReal(async ({ world, apply, live, begin, batch, end, state }) => {
      await apply(quick([['eu'], ['us']]));
      await live('1.0.0');
      await apply(quick([['eu'], ['us']], keepWarm));
      world.verdictFor = ({ place }) =>
        place.environment === 'us' && stage === 'bake' ? 'never' : 'pass';
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['us']?.stage === stage);
      await batch(number).terminate('oops');
      expect((await end(number)).outcome).toBe('rolled_back');
      const { environments } = (await state()).ledger;
      expect(['eu', 'us'].map((name) => environments[name]?.live)).toEqual(['1.0.0', '1.0.0']);
      expect((await batch(number).describe()).status.name).toBe('COMPLETED');
    }),
  );

  it('a release terminated in the queue leaves it', () =>
    playForReal(async ({ world, apply, begin, handle, state, act, live }) => {
      await apply(quick([['eu']]));
      await live('1.0.0');
      world.verdictFor = () => 'never';
      const first = await begin('1.1.0', baking('eu'));
      const number = await begin('1.2.0', ({ wait }) => wait?.key === 'queue');
      await handle(number).terminate('oops');
      await poll(state, ({ lane }) => lane.queue.length === 0);
      await act(first, 'abort');
    }));

  it.each([
    ['in staging', 'staging', 'test'],
    ['at a step', 'eu', 'bake'],
    ['in the second wave', 'us', 'bake'],
    ['while it is warm', 'us', 'finished'],
  ])('a release terminated %s: its guardian brings everything back', (_, where, stage) =>
    playForReal(async ({ world, apply, live, begin, handle, state, rollout, end }) => {
      await apply(quick([['eu'], ['us']]));
      await live('1.0.0');
      if (stage === 'finished') {
        await apply(quick([['eu'], ['us']], '1h'));
      }
      world.testPasses = () => (stage === 'test' ? 'never' : true);
      world.verdictFor = ({ place }) =>
        place.environment === where && stage === 'bake' ? 'never' : 'pass';
      const number = await begin('1.1.0', ({ rollouts }) => rollouts[where]?.stage === stage);
      await handle(number).terminate('oops');
      await poll(state, ({ lane }) => lane.active === null);
      const { ledger } = await state();
      for (const environment of ['staging', 'eu', 'us']) {
        expect(ledger.environments[environment]?.live, environment).toBe('1.0.0');
        expect(world.running[environment], environment).toEqual(new Set(['1.0.0']));
        if (environment === 'staging') continue;
        expect(world.shares[environment]).toEqual([{ version: '1.0.0', weight: 100 }]);
      }
      const { outcome, sentence, rollouts } = await end(number);
      expect(outcome).toBe('rolled_back');
      expect(sentence).toContain('an earlier run of this release was lost');
      for (const environment of Object.keys(rollouts)) {
        const { status } = await rollout(number, environment).describe();
        expect(status.name).toBe('COMPLETED');
      }
      world.testPasses = () => true;
      world.verdictFor = () => 'pass';
      await apply(quick([['eu'], ['us']]));
      expect((await live('1.2.0')).outcome).toBe('succeeded');
    }),
  );
});
