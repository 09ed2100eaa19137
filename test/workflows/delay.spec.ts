/** On the way forward nothing fails in silence: what is tried, why it fails, and until when. */

import { ApplicationFailure } from '@temporalio/activity';
import { describe, expect, it } from 'vitest';
import type { RolloutEvent } from '../../domain/events.ts';
import { aProduction, aSpec } from '../support/builders.ts';
import type { FakeWorld } from '../support/fake-world.ts';
import { play } from '../support/scene.ts';

const says = (message: string) =>
  ApplicationFailure.create({ message, type: 'provider_unavailable' });

type Delay = Extract<RolloutEvent, { type: 'step.delayed' }>;

function delaysOf({ entries }: FakeWorld, environment: string): Delay[] {
  return entries.flatMap(({ event }) =>
    event.type === 'step.delayed' && event.environment === environment ? [event] : [],
  );
}

/** Refuses only what gives this version this weight, until `open` says otherwise. */
function refusing(world: FakeWorld, version: string, weight: number): { open: boolean } {
  const gate = { open: false };
  world.beforeShift = ({ shares }) => {
    const found = shares.find((share) => share.version === version)?.weight;
    if (!gate.open && found === weight) throw says('router says no');
  };
  return gate;
}

const delayed = ({ rollouts }: { rollouts: Record<string, { wait: { key: string } | null }> }) =>
  rollouts['eu']?.wait?.key === 'delay';

describe('workflows/stages/insist', () => {
  it('a router that refuses a step: says what, why, since when, until when, and goes on after', () =>
    play(async ({ world, apply, live, begin, progress, end }) => {
      await apply(aSpec());
      await live('1.0.0');
      const gate = refusing(world, '1.1.0', 25);
      const number = await begin('1.1.0', delayed);
      const eu = (await progress(number)).rollouts['eu'];
      expect(eu).toMatchObject({ stage: 'shift', weight: 5, step: 1 });
      const { for: what, since = '', until, then } = eu?.wait ?? {};
      expect(what).toMatch(
        /^the router of eu to give 1\.1\.0 25 % \(\d+ tries failed: router says/,
      );
      expect(Date.parse(until ?? '') - Date.parse(since)).toBe(30 * 60_000);
      expect(then).toBe('it is rolled back');
      gate.open = true;
      const { outcome, rollouts } = await end(number);
      expect(outcome).toBe('succeeded');
      expect(rollouts['eu']?.wait).toBeNull();
    }));

  it('gives up after half an hour, with few events, told less and less often', () =>
    play(async ({ world, apply, live, end, begin, rollout }) => {
      await apply(aSpec({ notify: [{ fake: {} }] }));
      await live('1.0.0');
      refusing(world, '1.1.0', 25);
      const number = await begin('1.1.0', delayed);
      const { outcome, sentence, quarantined } = await end(number);
      expect(outcome).toBe('rolled_back');
      expect(sentence).toContain('waited 30m for the router of eu to give 1.1.0 25 %');
      expect(sentence).toContain('router says no');
      expect(quarantined).toBeNull();
      const delays = delaysOf(world, 'eu');
      expect(delays.map(({ attempts }) => attempts)).toEqual([3, 7, 15, 31, 63, 127]);
      const told = world.notices.filter(({ event }) => event === 'step.delayed');
      expect(told).toHaveLength(4);
      const tried = world.shifts.filter(({ environment }) => environment === 'eu');
      expect(tried.every(({ shares }) => shares.every(({ weight }) => weight !== 25))).toBe(true);
      expect((await rollout(number, 'eu').describe()).historyLength).toBeLessThan(400);
    }));

  it('a blink is not on record', () =>
    play(async ({ world, apply, live }) => {
      await apply(aSpec());
      await live('1.0.0');
      let tries = 0;
      world.beforeShift = () => {
        tries += 1;
        if (tries <= 2) throw says('router restarts');
      };
      expect((await live('1.1.0')).outcome).toBe('succeeded');
      expect(tries).toBeGreaterThan(2);
      expect(delaysOf(world, 'eu')).toEqual([]);
    }));

  it('a person need not wait for it: a rollback is carried out at once', () =>
    play(async ({ world, apply, live, begin, act, until }) => {
      await apply(aSpec());
      await live('1.0.0');
      refusing(world, '1.1.0', 25);
      const number = await begin('1.1.0', delayed);
      await act(number, 'rollback');
      // The clock stands still here: nothing can have been waited for.
      const { outcome } = await until(number, ({ stage }) => stage === 'ended');
      expect(outcome).toBe('rolled_back');
      expect(world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
    }));

  it('a target that fails is said too, and the release is rejected in the end', () =>
    play(async ({ world, apply, live, begin, progress, end }) => {
      await apply(aSpec({ staging: undefined }));
      await live('1.0.0');
      world.beforeDeploy = (version) => {
        if (version === '1.1.0') throw says('no capacity');
      };
      const number = await begin('1.1.0', delayed);
      const eu = (await progress(number)).rollouts['eu'];
      expect(eu?.stage).toBe('deploy');
      expect(eu?.wait?.for).toMatch(/^1\.1\.0 to be up in eu \(\d+ tries failed: no capacity\)$/);
      expect(eu?.wait?.then).toBe('it is given up');
      const { outcome, sentence } = await end(number);
      expect(outcome).toBe('rejected');
      expect(sentence).toContain('waited 30m for 1.1.0 to be up in eu');
    }));

  it('an old version that cannot be stopped holds up the end, which is said', () =>
    play(async ({ world, apply, live, begin, pass, until, end }) => {
      await apply(aSpec({ production: aProduction({ keepWarm: '1s' }) }));
      await live('1.0.0');
      world.beforeRetire = () => {
        throw says('it does not die');
      };
      const number = await begin('1.1.0', ({ stage }) => stage === 'warm');
      await pass('2s');
      const { rollouts } = await until(number, delayed);
      expect(rollouts['eu']).toMatchObject({ stage: 'finished', weight: 100 });
      expect(rollouts['eu']?.wait).toMatchObject({ then: '1.0.0 is left running' });
      expect((await end(number)).outcome).toBe('succeeded');
    }));
});
