/** Several environments: waves one after the other, some at a time, and how far a rollback reaches. */

import { describe, expect, it } from 'vitest';
import type { SpecInput } from '../../domain/spec.ts';
import { aProduction, aSpec, aSpecInput } from '../support/builders.ts';
import { play } from '../support/scene.ts';

const router = { fake: {} };
const environments = {
  ...aSpecInput().environments,
  ap: { target: { fake: {} }, router },
};
const spec = (waves: SpecInput['production']['waves'], more: Partial<SpecInput> = {}) =>
  aSpec({ environments, production: aProduction({ waves }), ...more });

describe('workflows/stages/waves', () => {
  it('starts a wave when the one before has finished', () =>
    play(async ({ world, apply, live }) => {
      await apply(spec([{ environments: ['eu'] }, { environments: ['us', 'ap'] }]));
      await live('1.0.0');
      expect((await live('1.1.0')).outcome).toBe('succeeded');
      const order = world.entries
        .filter(({ release }) => release === 2)
        .flatMap(({ event }) =>
          event.type === 'rollout.started' || event.type === 'rollout.finished'
            ? [`${event.type} ${event.environment}`]
            : [],
        );
      const at = (what: string) => order.indexOf(what);
      for (const later of ['us', 'ap']) {
        expect(at(`rollout.started ${later}`)).toBeGreaterThan(at('rollout.finished eu'));
      }
    }));

  it.each([
    ['one at a time', 1, 1],
    ['two at a time', 2, 2],
    ['all by default', undefined, 3],
  ])('runs %s', (_, parallel, together) =>
    play(async ({ world, apply, live, begin, act, until }) => {
      const wave = { environments: ['eu', 'us', 'ap'], ...(parallel ? { parallel } : {}) };
      await apply(spec([wave]));
      await live('1.0.0');
      world.verdictFor = () => 'never';
      const baking = ({ rollouts }: { rollouts: object }) =>
        Object.entries(rollouts).filter(
          ([name, { stage }]) => name !== 'staging' && stage === 'bake',
        );
      const number = await begin('1.1.0', (progress) => baking(progress).length === together);
      const started = () =>
        world.deploys.filter(
          ({ version, environment }) => version === '1.1.0' && environment !== 'staging',
        );
      expect(started()).toHaveLength(together);
      await act(number, 'abort');
      await until(number, ({ stage }) => stage === 'ended');
      expect(started()).toHaveLength(together);
    }),
  );

  it('scope release: everything goes back when one environment turns', () =>
    play(async ({ world, apply, live, state }) => {
      await apply(spec([{ environments: ['eu'] }, { environments: ['us'] }]));
      await live('1.0.0');
      world.verdictFor = ({ place }) => (place.environment === 'us' ? 'fail' : 'pass');
      const progress = await live('1.1.0');
      expect(progress.outcome).toBe('rolled_back');
      expect(progress.quarantined).toBe('us: errors: fail');
      const { ledger } = await state();
      for (const environment of ['eu', 'us', 'staging']) {
        expect(ledger.environments[environment]?.live).toBe('1.0.0');
      }
    }));

  it('scope environment: only that one goes back, the others finish, nothing further starts', () =>
    play(async ({ world, apply, live, state }) => {
      const rollback = { scope: 'environment' } as const;
      await apply(spec([{ environments: ['eu', 'us'] }, { environments: ['ap'] }], { rollback }));
      await live('1.0.0');
      world.verdictFor = ({ place }) => (place.environment === 'us' ? 'fail' : 'pass');
      const progress = await live('1.1.0');
      expect(progress.outcome).toBe('rolled_back');
      const { environments: seen } = (await state()).ledger;
      expect(Object.entries(seen).map(([name, { live: version }]) => [name, version])).toEqual(
        expect.arrayContaining([
          ['eu', '1.1.0'],
          ['us', '1.0.0'],
          ['ap', '1.0.0'],
        ]),
      );
      expect(world.weightsOf('ap', '1.1.0').every((weight) => weight === 0)).toBe(true);
    }));

  it('scope environment: a person can still steer what goes on, and call it back', () =>
    play(async ({ world, apply, live, begin, act, until, end, state }) => {
      const rollback = { scope: 'environment' } as const;
      await apply(spec([{ environments: ['eu', 'us'] }], { rollback }));
      await live('1.0.0');
      world.verdictFor = ({ place }) => (place.environment === 'us' ? 'fail' : 'never');
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['us']?.stage === 'ended');
      const back = ({ rollouts }: { rollouts: Record<string, { stage: string }> }) =>
        rollouts['eu']?.stage;
      await until(number, (progress) => back(progress) === 'bake');
      await act(number, 'rollback', { reason: 'enough' });
      expect((await end(number)).outcome).toBe('rolled_back');
      expect((await state()).ledger.environments['eu']?.live).toBe('1.0.0');
    }));

  it('a person who calls one environment back calls the release back, and the version stays out', () =>
    play(async ({ world, apply, live, begin, act, end, state }) => {
      await apply(spec([{ environments: ['eu'] }, { environments: ['us'] }]));
      await live('1.0.0');
      world.verdictFor = ({ place }) => (place.environment === 'us' ? 'never' : 'pass');
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['us']?.stage === 'bake');
      await act(number, 'rollback', { environment: 'eu', reason: 'eu is slow' });
      const progress = await end(number);
      expect(progress.outcome).toBe('rolled_back');
      expect(progress.quarantined).toBe('rolled back by jane: eu is slow');
      expect((await state()).ledger.environments['us']?.live).toBe('1.0.0');
    }));

  it('a paused release starts no further environment', () =>
    play(async ({ world, apply, live, begin, act, until, end }) => {
      await apply(spec([{ environments: ['eu', 'us'], parallel: 1 }]));
      await live('1.0.0');
      world.verdictFor = ({ weight }) => (weight === 100 ? 'never' : 'pass');
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['eu']?.weight === 100);
      await until(number, ({ rollouts }) => rollouts['eu']?.stage === 'bake');
      await act(number, 'pause');
      await act(number, 'promote', { environment: 'eu', reason: 'fine' });
      await until(number, ({ wait }) => wait?.key === 'pause');
      expect(
        world.deploys.some(
          ({ version, environment }) => version === '1.1.0' && environment === 'us',
        ),
      ).toBe(false);
      world.verdictFor = () => 'pass';
      await act(number, 'resume');
      expect((await end(number)).outcome).toBe('succeeded');
    }));

  it('leaves environments alone in which the version is live', () =>
    play(async ({ world, apply, live }) => {
      await apply(spec([{ environments: ['eu'] }]));
      await live('1.0.0');
      await apply(spec([{ environments: ['eu', 'us'] }]));
      const before = world.shifts.filter(({ environment }) => environment === 'eu').length;
      expect((await live('1.0.0')).outcome).toBe('succeeded');
      expect(world.shifts.filter(({ environment }) => environment === 'eu')).toHaveLength(before);
      expect(world.shares['us']).toEqual([{ version: '1.0.0', weight: 100 }]);
    }));

  /** Environments in the order in which they began to go back. */
  const returned = (world: {
    entries: { event: { type: string; environment: string | null } }[];
  }) =>
    world.entries.flatMap(({ event }) =>
      event.type === 'rollback.started' ? [event.environment] : [],
    );

  it('goes back in the reverse order of the waves, and the record says so', () =>
    play(async ({ world, apply, live }) => {
      await apply(
        spec([{ environments: ['eu'] }, { environments: ['us'] }, { environments: ['ap'] }]),
      );
      await live('1.0.0');
      world.verdictFor = ({ place }) => (place.environment === 'ap' ? 'fail' : 'pass');
      expect((await live('1.1.0')).outcome).toBe('rolled_back');
      expect(returned(world)).toEqual(['ap', 'us', 'eu', 'staging']);
      const ordered = world.entries.find(({ event }) => event.type === 'rollback.ordered')?.event;
      expect(ordered).toMatchObject({
        order: [3, 2, 1, 0].map((wave) => ({ wave })),
      });
    }));

  it('one that cannot get back keeps the waves before it for a minute, not for ever', () =>
    play(async ({ world, apply, live, begin, pass, until, act, end }) => {
      await apply(spec([{ environments: ['eu'] }, { environments: ['us'] }]));
      await live('1.0.0');
      world.verdictFor = ({ place }) => (place.environment === 'us' ? 'never' : 'pass');
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['us']?.stage === 'bake');
      world.beforeShift = ({ place }) => {
        if (place.environment === 'us') throw new Error('the router is away');
      };
      await act(number, 'rollback', { reason: 'enough' });
      await until(number, ({ rollouts }) => rollouts['us']?.stage === 'rollback');
      await pass('2m');
      await until(number, ({ rollouts }) => rollouts['eu']?.stage === 'ended');
      world.beforeShift = () => {};
      await act(number, 'retry');
      expect((await end(number)).outcome).toBe('rolled_back');
    }));

  it('scope wave: the wave that halts goes back, those before it stay', () =>
    play(async ({ world, apply, live, state }) => {
      const rollback = { scope: 'wave' } as const;
      // One after the other: the test server cannot cancel an activity that ends at that very moment.
      const list = [{ environments: ['eu'] }, { environments: ['ap', 'us'], parallel: 1 }];
      await apply(spec(list, { rollback }));
      await live('1.0.0');
      world.verdictFor = ({ place }) => (place.environment === 'us' ? 'fail' : 'pass');
      expect((await live('1.1.0')).outcome).toBe('rolled_back');
      const { environments: seen } = (await state()).ledger;
      expect(['eu', 'us', 'ap'].map((name) => seen[name]?.live)).toEqual([
        '1.1.0',
        '1.0.0',
        '1.0.0',
      ]);
    }));

  it('a wave goes on while no more go back than it tolerates, and halts after that', () =>
    play(async ({ world, apply, live, state }) => {
      const list = [{ environments: ['eu', 'us', 'ap'], parallel: 1, maxFailures: 1 }];
      await apply(spec(list));
      await live('1.0.0');
      world.verdictFor = ({ place }) => (place.environment === 'eu' ? 'fail' : 'pass');
      const good = await live('1.1.0');
      expect([good.outcome, good.sentence, good.quarantined]).toEqual([
        'succeeded',
        '3 of 4 environments are at 100 %; went back, within maxFailures: eu',
        null,
      ]);
      const { environments: seen } = (await state()).ledger;
      expect(['eu', 'us', 'ap'].map((name) => seen[name]?.live)).toEqual([
        '1.0.0',
        '1.1.0',
        '1.1.0',
      ]);
      world.verdictFor = ({ place }) => (place.environment === 'ap' ? 'pass' : 'fail');
      const bad = await live('1.2.0');
      expect(bad.outcome).toBe('rolled_back');
      expect(bad.rollouts['ap']).toBeUndefined();
    }));

  it('watches all that are at 100 % before the next wave begins, for the time that was asked', () =>
    play(async ({ world, apply, live }) => {
      const bakeAfter = { min: '10m', max: '1h' };
      const list = [
        { environments: ['eu'], bakeAfter },
        { environments: ['us'], bakeAfter },
      ];
      await apply(spec(list));
      await live('1.0.0');
      const from = world.bakes.length;
      expect((await live('1.1.0')).outcome).toBe('succeeded');
      const watched = world.bakes.slice(from).filter(({ limits }) => limits.max === 3_600_000);
      expect(watched.map(({ place, weight }) => `${place.environment} ${weight}`)).toEqual([
        'eu 100',
        expect.stringMatching(/^(?:eu|us) 100$/),
        expect.stringMatching(/^(?:eu|us) 100$/),
      ]);
      const at = (type: string, environment: string | null) =>
        world.entries.findLast(
          ({ event }) => event.type === type && event.environment === environment,
        )?.event.at ?? '';
      const waited =
        Date.parse(at('rollout.started', 'us')) - Date.parse(at('rollout.finished', 'eu'));
      expect(waited).toBeGreaterThanOrEqual(600_000);
    }));

  it('a regression while that is watched turns the release back', () =>
    play(async ({ world, apply, live, state }) => {
      const bakeAfter = { min: '10m', max: '1h' };
      await apply(spec([{ environments: ['eu'], bakeAfter }, { environments: ['us'] }]));
      await live('1.0.0');
      world.verdictFor = ({ limits }) => (limits.max === 3_600_000 ? 'fail' : 'pass');
      const progress = await live('1.1.0');
      expect(progress.outcome).toBe('rolled_back');
      expect(progress.quarantined).toBe('eu: errors: fail');
      expect(progress.rollouts['us']).toBeUndefined();
      expect((await state()).ledger.environments['eu']?.live).toBe('1.0.0');
    }));
});
