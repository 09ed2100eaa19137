/** Signals typed by hand: bots and Temporal Web UI send whatever they like, and nothing breaks. */

import { describe, expect, it } from 'vitest';
import { actions } from '../../domain/actions.ts';
import { aProduction, aSpec } from '../support/builders.ts';
import { play, playForReal } from '../support/scene.ts';

const garbage: unknown[][] = [
  [],
  [null],
  [42],
  ['text'],
  [[]],
  [{ by: 7 }],
  [{ unknown: true }],
  [{ step: 'two' }],
  [{ id: '' }],
  [{ by: { id: 'jane', channel: 'pigeon' } }],
];

const internal = [
  'admit',
  'refuse',
  'environmentEvents',
  'yield',
  'conclude',
  'report',
  'nonsense',
];

describe('workflows: signals by hand', () => {
  it.each([
    ['nothing at all', [], 'unknown'],
    ['an empty object', [{}], 'unknown'],
    ['null', [null], 'unknown'],
    ['a name', [{ by: 'jane' }], 'jane'],
    ['a name with its channel', [{ by: { id: 'bot', channel: 'slack' } }], 'bot'],
  ])('pause with %s', (_, payload, by) =>
    play(async ({ world, apply, begin, raw, until, act }) => {
      await apply(aSpec());
      world.testPasses = () => 'never';
      const number = await begin('1.0.0', ({ rollouts }) => rollouts['staging']?.stage === 'test');
      await raw(number, 'pause', ...payload);
      const { actions: taken } = await until(number, ({ paused }) => paused);
      expect(taken).toMatchObject([{ action: 'pause', by: { id: by } }]);
      await act(number, 'abort');
    }),
  );

  it('a rollback by an empty signal goes back and is on record', () =>
    play(async ({ world, apply, live, begin, raw, end }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.verdictFor = () => 'never';
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['eu']?.stage === 'bake');
      await raw(number, 'rollback', {});
      expect(await end(number)).toMatchObject({
        outcome: 'rolled_back',
        quarantined: 'rolled back by unknown',
      });
    }));

  it('the same id counts once, whatever it comes with', () =>
    play(async ({ world, apply, live, begin, raw, until, act }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.verdictFor = () => 'never';
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['eu']?.stage === 'bake');
      for (let time = 0; time < 3; time += 1) await raw(number, 'promote', { id: 'x', by: 'bot' });
      await until(
        number,
        ({ rollouts }) => rollouts['eu']?.stage === 'bake' && rollouts['eu'].step === 2,
      );
      expect((await act(number, 'promote', { id: 'x' })).actions).toHaveLength(1);
      await act(number, 'abort');
      await until(number, ({ stage }) => stage === 'ended');
      expect(Math.max(...world.weightsOf('eu', '1.1.0'))).toBe(25);
    }));

  it('garbage breaks neither a release, nor a rollout, nor the guardian', () =>
    play(async ({ world, apply, live, begin, raw, rollout, guardian, progress, end, state }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.verdictFor = () => 'never';
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['eu']?.stage === 'bake');
      const wrong = garbage.slice(2);
      for (const payload of wrong) {
        for (const action of actions) {
          await raw(number, action, ...payload);
          await rollout(number, 'eu').signal(action, ...payload);
        }
      }
      for (const payload of garbage.slice(0, 5)) {
        for (const name of internal.filter((one) => !['yield', 'conclude'].includes(one))) {
          await raw(number, name, ...payload);
          await rollout(number, 'eu').signal(name, ...payload);
          await guardian().signal(name, ...payload);
        }
      }
      const { actions: taken, stage } = await progress(number);
      expect({ taken, stage }).toEqual({ taken: [], stage: 'production' });
      expect((await state()).ledger.environments['eu']?.live).toBe('1.0.0');
      world.verdictFor = () => 'pass';
      expect((await end(number)).outcome).toBe('succeeded');
    }));

  it('an update with garbage is refused and says what is wrong', () =>
    play(async ({ world, apply, begin, handle, act }) => {
      await apply(aSpec());
      world.testPasses = () => 'never';
      const number = await begin('1.0.0', ({ rollouts }) => rollouts['staging']?.stage === 'test');
      const answer = handle(number).executeUpdate('pause', { args: [{ by: 7 }] });
      await expect(answer).rejects.toMatchObject({ cause: { type: 'request_invalid' } });
      await act(number, 'abort');
    }));

  it('a skip in the moment in which a test fails once more is meant for this failure', () =>
    playForReal(async ({ world, apply, begin, rollout, act, end }) => {
      const tests = [{ name: 'smoke', fake: {} }];
      const production = aProduction({ keepWarm: '1s' });
      await apply(
        aSpec({ production, staging: { environment: 'staging', tests, onFail: 'hold' } }),
      );
      world.testPasses = () => false;
      const number = await begin('1.0.0', ({ rollouts }) => rollouts['staging']?.stage === 'hold');
      world.testPasses = async () => {
        await rollout(number, 'staging').signal('skip', {
          by: 'jane',
          reason: 'the test is wrong',
        });
        return false;
      };
      await act(number, 'retry');
      const progress = await end(number);
      expect(progress.outcome).toBe('succeeded');
      expect(progress.rollouts['staging']?.tests).toMatchObject([
        { detail: 'skipped by a person' },
      ]);
    }));
});
