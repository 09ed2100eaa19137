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
});
