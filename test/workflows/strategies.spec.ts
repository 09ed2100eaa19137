/** Rings and mirrors before the first weight, on the time-skipping server with fake activities. */

import { describe, expect, it } from 'vitest';
import type { SpecInput } from '../../domain/spec.ts';
import { aProduction, aSpec, aVersion } from '../support/builders.ts';
import type { FakeWorld } from '../support/fake-world.ts';
import { play } from '../support/scene.ts';

const ring = { header: { name: 'x-user-group', value: 'insiders' } };
const rings = [ring];

const specOf = (strategy: SpecInput['production']['strategy'], change: Partial<SpecInput> = {}) =>
  aSpec({ production: aProduction({ strategy }), ...change });
const careful = specOf({ canary: { steps: [{ ring }, { mirror: '10%' }, 25, 100] } });

/** What the candidate had in eu, shift by shift. */
const sharesOf = (world: FakeWorld, version: string) =>
  world.shifts
    .filter(({ environment }) => environment === 'eu')
    .flatMap(({ shares }) => shares.filter((share) => share.version === version))
    .map(({ weight, rules }) => [weight, rules ?? null]);

describe('workflows/stages/canary: rings and mirrors', () => {
  it('takes insiders first, then copies, then weights; insiders stay, nothing is left at the end', () =>
    play(async ({ world, apply, live }) => {
      await apply(careful);
      await live('1.0.0');
      const { outcome, rollouts } = await live('1.1.0');
      expect(outcome).toBe('succeeded');
      expect(sharesOf(world, '1.1.0')).toEqual([
        [0, null],
        [0, { rings }],
        [0, { rings, mirror: 10 }],
        [25, { rings }],
        [100, null],
        [100, null],
      ]);
      expect(world.bakes.slice(1).map(({ weight }) => weight)).toEqual([0, 0, 25, 100]);
      expect(rollouts['eu']?.steps.map(({ weight, audience }) => [weight, audience])).toEqual([
        [0, 'ring x-user-group=insiders'],
        [0, 'mirror 10 %'],
        [25, '25 %'],
        [100, '100 %'],
      ]);
    }));

  it('says what a step reaches while it lasts, with a weight of nothing', () =>
    play(async ({ world, apply, live, begin, act, end, rollout }) => {
      await apply(careful);
      await live('1.0.0');
      world.verdictFor = () => 'never';
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['eu']?.stage === 'bake');
      const { rollouts } = await act(number, 'pause');
      expect(rollouts['eu']).toMatchObject({ weight: 0, peak: 0, step: 1 });
      expect(rollouts['eu']?.shares).toEqual([
        { version: '1.0.0', weight: 100 },
        { version: '1.1.0', weight: 0, rules: { rings } },
      ]);
      const { audience } = rollouts['eu']?.steps[0] ?? {};
      expect(audience).toBe('ring x-user-group=insiders');
      const details = await rollout(number, 'eu').query<string>('__temporal_workflow_metadata');
      expect(JSON.stringify(details)).toContain('0 % + ring x-user-group=insiders of the audience');
      await act(number, 'rollback');
      expect((await end(number)).outcome).toBe('rolled_back');
      expect(world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
    }));

  it('goes back from a ring that fails: insiders have met it', () =>
    play(async ({ world, apply, live, state }) => {
      await apply(careful);
      await live('1.0.0');
      world.verdictFor = ({ canary }) => (canary === '1.1.0' ? 'fail' : 'pass');
      const progress = await live('1.1.0');
      expect(progress).toMatchObject({ outcome: 'rolled_back', quarantined: 'eu: errors: fail' });
      expect(world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
      expect((await state()).ledger.environments['eu']?.live).toBe('1.0.0');
    }));

  it('rejects what fails as a copy: nobody has met it, and it stays out all the same', () =>
    play(async ({ world, apply, live, submit }) => {
      await apply(specOf({ canary: { steps: [{ mirror: 100 }, 50] } }));
      await live('1.0.0');
      world.verdictFor = ({ canary }) => (canary === '1.1.0' ? 'fail' : 'pass');
      const progress = await live('1.1.0');
      expect(progress).toMatchObject({ outcome: 'rejected', quarantined: 'eu: errors: fail' });
      expect(progress.rollouts['eu']?.outcome).toBe('abandoned');
      expect(world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
      await expect(submit(aVersion('1.1.0'))).rejects.toMatchObject({
        cause: { type: 'version_quarantined' },
      });
    }));

  it('keeps a ring as it is while a person thinks, and goes on by their word', () =>
    play(async ({ world, apply, live, begin, act, end }) => {
      await apply(careful);
      await live('1.0.0');
      world.verdictFor = ({ weight, limits }) =>
        weight === 0 && limits.mode === 'bake' ? 'inconclusive' : 'pass';
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['eu']?.stage === 'hold');
      expect(sharesOf(world, '1.1.0').at(-1)).toEqual([0, { rings }]);
      world.verdictFor = () => 'pass';
      await act(number, 'promote');
      expect((await end(number)).outcome).toBe('succeeded');
    }));

  it('has nobody to tell apart in a first release', () =>
    play(async ({ world, apply, live }) => {
      await apply(careful);
      expect((await live('1.0.0')).outcome).toBe('succeeded');
      expect(sharesOf(world, '1.0.0')).toEqual([[100, null]]);
    }));

  it('is refused when the router cannot do it', () =>
    play(async ({ apply, live, submit }) => {
      await apply(careful);
      await live('1.0.0');
      const powers = { fake: { granularity: 1 } };
      await expect(submit(aVersion('1.1.0'), { powers })).rejects.toMatchObject({
        cause: {
          type: 'plan_refused',
          message:
            'eu: step 1: the router cannot send requests with a certain header to one version; eu: step 2: the router cannot copy requests',
        },
      });
    }));
});

describe('workflows/stages/canary: sticky', () => {
  const sticky = { cookie: 'crescendo', ttl: 86_400_000 };
  const keeping = specOf({ canary: { steps: [5, 25, 100], sticky: {} } });

  it('keeps users between nobody and everybody, and lets go of them at the end', () =>
    play(async ({ world, apply, live }) => {
      await apply(keeping);
      await live('1.0.0');
      expect((await live('1.1.0')).outcome).toBe('succeeded');
      expect(sharesOf(world, '1.1.0')).toEqual([
        [0, null],
        [5, { sticky }],
        [25, { sticky }],
        [100, null],
        [100, null],
      ]);
    }));

  it('takes everybody back at once, kept or not', () =>
    play(async ({ world, apply, live }) => {
      await apply(keeping);
      await live('1.0.0');
      world.verdictFor = ({ weight, canary }) =>
        canary === '1.1.0' && weight === 25 ? 'fail' : 'pass';
      expect((await live('1.1.0')).outcome).toBe('rolled_back');
      expect(sharesOf(world, '1.1.0')).toEqual([
        [0, null],
        [5, { sticky }],
        [25, { sticky }],
        [0, null],
      ]);
      expect(world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
    }));
});

describe('workflows/stages/expand: blue/green', () => {
  const blueGreen = {
    before: [{ name: 'before', fake: {} }],
    mirror: 50,
    after: { tests: [{ name: 'after', fake: {} }] },
  };
  const switching = specOf({ blueGreen });

  it('tests at 0 %, mirrors, switches once, tests and bakes, and keeps the old one until the end', () =>
    play(async ({ world, apply, live, begin, end }) => {
      await apply(switching);
      await live('1.0.0');
      world.tests.length = 0;
      const number = await begin('1.1.0', ({ stage }) => stage === 'warm');
      expect(world.running['eu']).toEqual(new Set(['1.0.0', '1.1.0']));
      expect((await end(number)).outcome).toBe('succeeded');
      expect(world.tests).toEqual(['smoke', 'before', 'after']);
      expect(sharesOf(world, '1.1.0')).toEqual([
        [0, null],
        [0, { mirror: 50 }],
        [100, null],
        [100, null],
      ]);
    }));

  it('is rejected by a test before the switch: nobody has met it', () =>
    play(async ({ world, apply, live, state }) => {
      await apply(switching);
      await live('1.0.0');
      world.testPasses = (name, version) => name !== 'before' || version !== '1.1.0';
      const progress = await live('1.1.0');
      expect(progress).toMatchObject({ outcome: 'rejected', quarantined: null });
      expect(Math.max(...world.weightsOf('eu', '1.1.0'))).toBe(0);
      expect((await state()).ledger.quarantine).toEqual({});
    }));

  it('goes back at once on a test after the switch, bake or not, and keeps the version out', () =>
    play(async ({ world, apply, live }) => {
      await apply(switching);
      await live('1.0.0');
      world.verdictFor = ({ canary, weight }) =>
        canary === '1.1.0' && weight === 100 ? 'never' : 'pass';
      world.testPasses = (name, version) => name !== 'after' || version !== '1.1.0';
      const deploys = world.deploys.filter(({ version }) => version === '1.0.0').length;
      const progress = await live('1.1.0');
      expect(progress.outcome).toBe('rolled_back');
      expect(progress.quarantined).toContain('test "after" failed');
      expect(world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
      // Once more at its start, to heal one that had died; none on the way back.
      const again = world.deploys.filter(
        ({ version, environment }) => version === '1.0.0' && environment === 'eu',
      ).length;
      expect(again).toBe(2);
      expect(deploys).toBeGreaterThan(0);
    }));

  it('goes back on a breach while a test still runs, which is then ended', () =>
    play(async ({ world, apply, live }) => {
      await apply(switching);
      await live('1.0.0');
      world.verdictFor = ({ canary, weight }) =>
        canary === '1.1.0' && weight === 100 ? 'fail' : 'pass';
      world.testPasses = (name, version) =>
        name === 'after' && version === '1.1.0' ? 'never' : true;
      const progress = await live('1.1.0');
      expect(progress).toMatchObject({ outcome: 'rolled_back', quarantined: 'eu: errors: fail' });
      expect(progress.rollouts['eu']).toMatchObject({ stage: 'ended', testing: null });
    }));

  it('waits for the tests when the bake has passed, and a person may skip them', () =>
    play(async ({ world, apply, live, begin, act, end }) => {
      await apply(switching);
      await live('1.0.0');
      world.testPasses = (name) => (name === 'after' ? 'never' : true);
      const number = await begin('1.1.0', ({ rollouts }) => {
        const { stage, testing, weight } = rollouts['eu'] ?? {};
        return stage === 'test' && testing === 'after' && weight === 100;
      });
      await act(number, 'skip', { reason: 'known to hang' });
      expect((await end(number)).outcome).toBe('succeeded');
    }));
});
