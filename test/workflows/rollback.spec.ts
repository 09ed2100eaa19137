/** Back means back: rollbacks in a world that does not cooperate. */

import { ApplicationFailure } from '@temporalio/activity';
import { describe, expect, it } from 'vitest';
import { aSpec } from '../support/builders.ts';
import { play } from '../support/scene.ts';

const refused = () => ApplicationFailure.nonRetryable('router says no', 'provider_refused');

describe('workflows/stages/rollback', () => {
  it('comes back when the router refuses a step, and nobody gets more than was approved', () =>
    play(async ({ world, apply, live }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.beforeShift = ({ shares }) => {
        if (shares.some(({ version, weight }) => version === '1.1.0' && weight === 25))
          throw refused();
      };
      const progress = await live('1.1.0');
      expect(progress.outcome).toBe('rolled_back');
      expect(progress.sentence).toContain('router says no');
      expect(Math.max(...world.weightsOf('eu', '1.1.0'))).toBe(5);
      expect(progress.quarantined).toBeNull();
    }));

  it('comes back when the very first step is refused: it may have happened all the same', () =>
    play(async ({ world, apply, live, state }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.beforeShift = ({ shares }) => {
        if (shares.some(({ version, weight }) => version === '1.1.0' && weight > 0))
          throw refused();
      };
      expect((await live('1.1.0')).outcome).toBe('rolled_back');
      expect((await state()).ledger.environments['eu']?.live).toBe('1.0.0');
    }));

  it('keeps trying while the router refuses the way back, pages, and ends once it recovers', () =>
    play(async ({ world, pass, apply, live, begin, until, act, end }) => {
      await apply(aSpec({ notify: [{ fake: {} }] }));
      await live('1.0.0');
      world.verdictFor = () => 'never';
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['eu']?.stage === 'bake');
      let open = false;
      world.beforeShift = () => {
        if (!open) throw refused();
      };
      await act(number, 'rollback', { reason: 'errors' });
      await until(number, ({ stage }) => stage === 'rollback');
      await pass('11m');
      const late = await until(number, ({ outcome }) => outcome === 'rollback_failed');
      expect(late.sentence).toContain('is not verified after 10m;');
      expect(late.stage).toBe('rollback');
      await pass('20m');
      await until(number, ({ sentence }) => sentence?.includes('after 30m;') === true);
      const pages = () => world.notices.filter(({ event }) => event === 'rollback.delayed');
      expect(pages().map(({ severity }) => severity)).toEqual(['alert', 'alert']);
      open = true;
      const progress = await end(number);
      expect(progress.outcome).toBe('rolled_back');
      expect(progress.rollouts['eu']?.sentence).toContain('rolled back by jane');
      expect(world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
    }));

  it('begins a round at once when a person says retry', () =>
    play(async ({ world, apply, live, begin, until, act }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.verdictFor = () => 'never';
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['eu']?.stage === 'bake');
      let tries = 0;
      let open = false;
      world.beforeShift = () => {
        tries += 1;
        if (!open) throw refused();
      };
      await act(number, 'rollback');
      await until(number, () => tries > 0);
      open = true;
      await until(number, ({ rollouts }) => rollouts['eu']?.stage === 'rollback');
      await act(number, 'retry');
      // The clock stands still here: only the word of a person can have begun the next round.
      await until(number, ({ stage }) => stage === 'ended');
    }));

  it('brings the designated version up again when it is not ready', () =>
    play(async ({ world, apply, live }) => {
      await apply(aSpec());
      await live('1.0.0');
      let healthy = false;
      world.verdictFor = () => 'fail';
      world.isReady = () => healthy;
      const before = world.deploys.length;
      world.beforeDeploy = (version, environment) => {
        if (version === '1.0.0' && world.shares[environment]?.[0]?.weight === 100) healthy = true;
      };
      const progress = await live('1.1.0');
      expect(progress.outcome).toBe('rolled_back');
      expect(healthy).toBe(true);
      const again = world.deploys.slice(before).filter(({ version }) => version === '1.0.0');
      expect(again.length).toBeGreaterThan(1);
    }));

  it('is verified only when the version that serves is healthy', () =>
    play(async ({ world, apply, live, begin, until, pass, end }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.verdictFor = () => 'fail';
      world.isReady = () => false;
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['eu']?.stage === 'rollback');
      await pass('11m');
      await until(number, ({ outcome }) => outcome === 'rollback_failed');
      world.isReady = () => true;
      expect((await end(number)).outcome).toBe('rolled_back');
    }));

  it('does not care when the bad version cannot be retired', () =>
    play(async ({ world, apply, live }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.verdictFor = () => 'fail';
      world.beforeRetire = () => {
        throw refused();
      };
      expect((await live('1.1.0')).outcome).toBe('rolled_back');
    }));

  it('goes on while the journal is away, and the record is complete afterwards', () =>
    play(async ({ world, apply, live, begin, until, end, state }) => {
      await apply(aSpec());
      await live('1.0.0');
      let away = true;
      world.beforeRecord = () => {
        if (away) throw new Error('journal is away');
      };
      world.verdictFor = ({ weight }) => (weight === 25 ? 'fail' : 'pass');
      const number = await begin('1.1.0', ({ stage }) => stage === 'ended');
      expect((await state()).lane.active).toBeNull();
      expect(world.entries.every(({ release }) => release === 1)).toBe(true);
      away = false;
      expect((await end(number)).outcome).toBe('rolled_back');
      await until(number, () => true);
    }));
});
