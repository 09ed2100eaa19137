/** No verdict in time: what the policy does about each cause, and what people may do meanwhile. */

import { describe, expect, it } from 'vitest';
import type { SpecInput } from '../../domain/spec.ts';
import { aProduction, aSpec } from '../support/builders.ts';
import type { FakeVerdict } from '../support/fake-world.ts';
import { play } from '../support/scene.ts';

type Policy = NonNullable<SpecInput['policy']>;

describe('workflows/stages/feedback: policies', () => {
  it.each<[string, FakeVerdict, Policy, string, number]>([
    ['no data, held, nobody decides', 'noData', {}, 'rolled_back', 5],
    ['no data, held, expiry promotes', 'noData', { onHoldExpired: 'promote' }, 'succeeded', 100],
    [
      'no data, rolled back at once',
      'noData',
      { onInsufficientData: 'rollback' },
      'rolled_back',
      5,
    ],
    ['provider down, held', 'providerError', {}, 'rolled_back', 5],
    [
      'provider down, rolled back at once',
      'providerError',
      { onProviderError: 'rollback' },
      'rolled_back',
      5,
    ],
    ['inconclusive, held', 'inconclusive', {}, 'rolled_back', 5],
    ['inconclusive, promoted', 'inconclusive', { onInconclusive: 'promote' }, 'succeeded', 100],
    ['inconclusive, rolled back', 'inconclusive', { onInconclusive: 'rollback' }, 'rolled_back', 5],
    ['not comparable, held', 'invalid', {}, 'rolled_back', 5],
    ['not comparable, people told', 'invalid', { onInvalid: 'notify' }, 'succeeded', 100],
    ['no data, people told', 'noData', { onInsufficientData: 'notify' }, 'succeeded', 100],
    ['proven, people told', 'fail', { onFail: 'notify' }, 'succeeded', 100],
    ['proven, held, nobody decides', 'fail', { onFail: 'pause' }, 'rolled_back', 5],
    [
      'proven, held, expiry never promotes',
      'fail',
      { onFail: 'pause', onHoldExpired: 'promote' },
      'rolled_back',
      5,
    ],
    ['extended, then held', 'noData', { onInsufficientData: 'extend' }, 'rolled_back', 5],
    ['no data is not inconclusive', 'noData', { onInconclusive: 'promote' }, 'rolled_back', 5],
    [
      'a provider down is not either',
      'providerError',
      { onInconclusive: 'promote' },
      'rolled_back',
      5,
    ],
  ])('%s', (_, verdict, policy, outcome, highest) =>
    play(async ({ world, apply, live, state }) => {
      await apply(aSpec({ policy }));
      await live('1.0.0');
      world.verdictFor = () => verdict;
      const progress = await live('1.1.0');
      expect(progress.outcome).toBe(outcome);
      expect(Math.max(...world.weightsOf('eu', '1.1.0'))).toBe(highest);
      // What could not be judged is not to blame.
      const blamed = verdict === 'fail' && outcome === 'rolled_back' ? ['1.1.0'] : [];
      expect(Object.keys((await state()).ledger.quarantine)).toEqual(blamed);
    }),
  );

  it('extends so often and no more, and hands on what was learned', () =>
    play(async ({ world, apply, live, begin, act }) => {
      await apply(aSpec({ policy: { onInsufficientData: 'extend', extensions: 2 } }));
      await live('1.0.0');
      world.verdictFor = ({ limits }) => (limits.mode === 'bake' ? 'noData' : 'never');
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['eu']?.stage === 'hold');
      const bakes = world.bakes.filter(({ canary }) => canary === '1.1.0');
      expect(bakes.map(({ limits }) => limits.mode)).toEqual(['bake', 'bake', 'bake', 'guard']);
      expect(bakes.map(({ memory }) => memory)).toEqual([
        {},
        { seen: 5 },
        { seen: 5 },
        { seen: 5 },
      ]);
      await act(number, 'abort');
    }));

  it('a proven regression that is held is watched anew on retry', () =>
    play(async ({ world, apply, live, begin, act, end }) => {
      await apply(aSpec({ policy: { onFail: 'pause' } }));
      await live('1.0.0');
      world.verdictFor = () => 'fail';
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['eu']?.stage === 'hold');
      // What is proven stays proven: there is nothing left to guard.
      expect(world.bakes.filter(({ limits }) => limits.mode === 'guard')).toEqual([]);
      world.verdictFor = () => 'pass';
      await act(number, 'retry');
      expect((await end(number)).outcome).toBe('succeeded');
      const [, second] = world.bakes.filter(({ canary }) => canary === '1.1.0');
      expect(second?.memory).toEqual({});
    }));

  it('says who let it go on without a pass', () =>
    play(async ({ world, apply, live }) => {
      await apply(aSpec({ policy: { onInconclusive: 'promote' } }));
      await live('1.0.0');
      world.verdictFor = () => 'inconclusive';
      await live('1.1.0');
      const promoted = world.entries.flatMap(({ event }) =>
        event.type === 'bake.promoted' ? [`${event.by.id}: ${event.reason}`] : [],
      );
      expect(promoted).toEqual(Array(3).fill('crescendo: policy.onInconclusive: promote'));
    }));

  it('a pause holds back what the policy would let go on', () =>
    play(async ({ world, apply, live, begin, act, until }) => {
      await apply(aSpec({ policy: { onInconclusive: 'promote' } }));
      await live('1.0.0');
      world.verdictFor = () => 'never';
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['eu']?.stage === 'bake');
      await act(number, 'pause');
      world.verdictFor = ({ weight }) => (weight === 5 ? 'inconclusive' : 'never');
      await until(number, ({ rollouts }) => rollouts['eu']?.wait?.key === 'pause');
      expect(Math.max(...world.weightsOf('eu', '1.1.0'))).toBe(5);
      await act(number, 'resume');
      await until(number, ({ rollouts }) => rollouts['eu']?.weight === 25);
      await act(number, 'abort');
    }));

  it.each(['verdict', 'pause'] as const)('a guard turns back on a proven regression: %s', (key) =>
    play(async ({ world, apply, live, begin, act, until, end }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.verdictFor = () => 'never';
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['eu']?.stage === 'bake');
      if (key === 'pause') await act(number, 'pause');
      const first = key === 'pause' ? ('pass' as const) : ('noData' as const);
      world.verdictFor = ({ limits }) => (limits.mode === 'bake' ? first : 'never');
      await until(number, ({ rollouts }) => rollouts['eu']?.wait?.key === key);
      world.verdictFor = () => 'fail';
      const progress = await end(number);
      expect(progress).toMatchObject({ outcome: 'rolled_back', quarantined: 'eu: errors: fail' });
      expect(progress.rollouts['eu']?.steps[0]?.state).toBe('failed');
    }),
  );

  it('bakes again on retry', () =>
    play(async ({ world, apply, live, begin, act, end }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.verdictFor = ({ limits }) => (limits.mode === 'bake' ? 'noData' : 'never');
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['eu']?.stage === 'hold');
      world.verdictFor = ({ limits }) => (limits.mode === 'bake' ? 'pass' : 'never');
      await act(number, 'retry');
      expect((await end(number)).outcome).toBe('succeeded');
      const bakes = world.bakes.filter(
        ({ canary, limits }) => canary === '1.1.0' && limits.mode === 'bake',
      );
      expect(bakes.map(({ weight }) => weight)).toEqual([5, 5, 25, 100]);
      expect(new Set(world.bakes.map(({ id }) => id)).size).toBe(world.bakes.length);
    }));

  it('counts a bake that no worker does as no evidence', () =>
    play(async ({ world, apply, live, pass, begin, until, act }) => {
      const spec = aSpec();
      await apply(spec);
      await live('1.0.0');
      world.verdictFor = () => 'never';
      // A worker that dies again and again: every try is given up for want of heartbeats.
      world.watched = false;
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['eu']?.stage === 'bake');
      await pass('1h');
      const held = await until(number, ({ rollouts }) => rollouts['eu']?.wait?.key === 'verdict');
      expect(held.rollouts['eu']?.verdict).toMatchObject({
        verdict: 'inconclusive',
        cause: 'providerError',
      });
      expect(held.rollouts['eu']?.verdict?.sentence).toContain('no worker on "crescendo"');
      await act(number, 'abort');
    }));
});

describe('workflows/stages/feedback: people', () => {
  it('promotes step by step, and each word counts once', () =>
    play(async ({ world, apply, live, begin, act, until, signal }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.verdictFor = () => 'never';
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['eu']?.stage === 'bake');
      await act(number, 'promote', { id: 'button-1', step: 1 });
      const at = (step: number) =>
        until(
          number,
          ({ rollouts }) => rollouts['eu']?.stage === 'bake' && rollouts['eu'].step === step,
        );
      await at(2);
      // The same button again: answered like the first time, and nothing happens.
      const again = await act(number, 'promote', { id: 'button-1', step: 1 });
      expect(again.rollouts['eu']?.step).toBe(2);
      await signal(number, 'promote', { id: 'button-1' });
      // A stale button of somebody else.
      await expect(act(number, 'promote', { id: 'button-2', step: 1 })).rejects.toMatchObject({
        cause: {
          type: 'action_refused',
          message: 'cannot promote: step 1 is over: eu is at step 2',
        },
      });
      expect(Math.max(...world.weightsOf('eu', '1.1.0'))).toBe(25);
      const { actions } = await at(2);
      expect(actions.map(({ action }) => action)).toEqual(['promote']);
      await act(number, 'abort');
    }));

  it('two people who promote the same step at once take one step', () =>
    play(async ({ world, apply, live, begin, act, until }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.verdictFor = () => 'never';
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['eu']?.stage === 'bake');
      await Promise.all(
        ['jane', 'joe', 'ann'].map((by) => act(number, 'promote', { by }).catch(() => {})),
      );
      await until(
        number,
        ({ rollouts }) => rollouts['eu']?.stage === 'bake' && rollouts['eu'].step === 2,
      );
      await act(number, 'abort');
      await until(number, ({ stage }) => stage === 'ended');
      expect(Math.max(...world.weightsOf('eu', '1.1.0'))).toBe(25);
    }));

  it('promote --full goes straight to 100 %, where the final bake still judges', () =>
    play(async ({ world, apply, live, begin, act, end }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.verdictFor = ({ weight }) => (weight === 5 ? 'never' : 'fail');
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['eu']?.stage === 'bake');
      await act(number, 'promote', { full: true, reason: 'we know' });
      expect((await end(number)).outcome).toBe('rolled_back');
      const weights = world.weightsOf('eu', '1.1.0').filter((weight) => weight > 0);
      expect(weights).toEqual([5, 100]);
    }));

  it('pauses one environment while another goes on', () =>
    play(async ({ world, apply, live, begin, act, until }) => {
      const waves = [{ environments: ['eu', 'us'] }];
      await apply(aSpec({ production: aProduction({ waves }) }));
      await live('1.0.0');
      world.verdictFor = () => 'never';
      const number = await begin('1.1.0', ({ rollouts }) =>
        ['eu', 'us'].every((name) => rollouts[name]?.stage === 'bake'),
      );
      const answer = await act(number, 'pause', { environment: 'eu' });
      expect(answer).toMatchObject({ paused: false, pausedIn: ['eu'] });
      world.verdictFor = ({ weight, limits }) =>
        limits.mode === 'bake' && weight === 5 ? 'pass' : 'never';
      await until(
        number,
        ({ rollouts }) => rollouts['us']?.weight === 25 && rollouts['eu']?.wait?.key === 'pause',
      );
      expect(Math.max(...world.weightsOf('eu', '1.1.0'))).toBe(5);
      await act(number, 'resume', { environment: 'eu' });
      await until(number, ({ rollouts }) => rollouts['eu']?.weight === 25);
      await act(number, 'abort');
    }));

  it('a pause that nobody ends goes back in the end', () =>
    play(async ({ world, apply, live, begin, act, end }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.testPasses = () => 'never';
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['staging']?.stage === 'test');
      await act(number, 'pause');
      world.testPasses = () => true;
      await act(number, 'skip', { reason: 'known' });
      const progress = await end(number);
      expect(progress.outcome).toBe('rejected');
      expect(progress.sentence).toContain('nobody resumed it in time');
      expect(Math.max(...world.weightsOf('eu', '1.1.0'))).toBe(0);
    }));
});

describe('workflows/stages/stage: tests', () => {
  const onFail = 'hold' as const;
  const staging = { environment: 'staging', tests: [{ name: 'smoke', fake: {} }], onFail };

  it.each([
    ['retry, and it passes', 'retry', 'succeeded', 2],
    ['skip', 'skip', 'succeeded', 1],
    ['abort', 'abort', 'rejected', 1],
  ] as const)('a failed test on hold: %s', (_, action, outcome, runs) =>
    play(async ({ world, apply, live, begin, act, end }) => {
      await apply(aSpec());
      await live('1.0.0');
      await apply(aSpec({ staging }));
      world.tests.length = 0;
      world.testPasses = () => false;
      const number = await begin('1.1.0', ({ rollouts }) => rollouts['staging']?.stage === 'hold');
      if (action === 'retry') world.testPasses = () => true;
      await act(number, action, { reason: 'known' });
      const progress = await end(number);
      expect(progress.outcome).toBe(outcome);
      expect(world.tests).toHaveLength(runs);
      const detail = progress.rollouts['staging']?.tests[0]?.detail;
      expect(detail === 'skipped by a person').toBe(action === 'skip');
    }),
  );

  it('rejects when nobody decides', () =>
    play(async ({ world, apply, live }) => {
      await apply(aSpec({ staging }));
      world.testPasses = () => false;
      const progress = await live('1.0.0');
      expect(progress.outcome).toBe('rejected');
      expect(progress.sentence).toContain('test "smoke" failed');
    }));
});

describe('workflows/stages/verify', () => {
  const verify = [{ ci: {} }];

  it('looks again at once when CI pushes', () =>
    play(async ({ world, apply, begin, raw, until, end }) => {
      await apply(aSpec({ verify }));
      world.checkState = () => 'never';
      const number = await begin('1.0.0', ({ wait }) => wait?.key === 'checks');
      await until(number, () => world.looks.length === 1);
      world.checkState = () => 'passed';
      await raw(number, 'ciChanged');
      await until(number, ({ stage }) => stage !== 'verify');
      expect(world.looks).toHaveLength(2);
      expect((await end(number)).checks).toEqual([
        { check: 'ci', state: 'passed', detail: 'checks passed', url: null },
      ]);
    }));

  it('asks a person when CI does not decide, who may retry or skip', () =>
    play(async ({ world, apply, begin, pass, until, act, end }) => {
      await apply(aSpec({ verify, verifyTimeout: '1h' }));
      world.checkState = () => 'never';
      const number = await begin('1.0.0', ({ wait }) => wait?.key === 'checks');
      await pass('61m');
      await until(number, ({ wait }) => wait?.key === 'failure');
      await act(number, 'retry');
      await until(number, ({ wait }) => wait?.key === 'checks');
      await pass('61m');
      await until(number, ({ wait }) => wait?.key === 'failure');
      await act(number, 'skip', { reason: 'CI is down' });
      const progress = await end(number);
      expect(progress.outcome).toBe('succeeded');
      expect(progress.checks[0]).toMatchObject({ state: 'skipped', detail: 'skipped by a person' });
    }));

  it('rejects when nobody answers', () =>
    play(async ({ world, apply, begin, pass, until, end }) => {
      await apply(aSpec({ verify, verifyTimeout: '1h', policy: { holdFor: '2h' } }));
      world.checkState = () => 'never';
      const number = await begin('1.0.0', ({ wait }) => wait?.key === 'checks');
      await pass('61m');
      await until(number, ({ wait }) => wait?.key === 'failure');
      const progress = await end(number);
      expect(progress).toMatchObject({ outcome: 'rejected' });
      expect(progress.sentence).toContain('nobody decided');
    }));

  it('tells two checks of one vendor apart', () =>
    play(async ({ apply, live }) => {
      await apply(aSpec({ verify: [{ ci: { a: 1 } }, { ci: { b: 1 } }] }));
      expect((await live('1.0.0')).checks.map(({ check }) => check)).toEqual(['ci', 'ci 2']);
    }));
});
