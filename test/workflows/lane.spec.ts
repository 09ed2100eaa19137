/** One at a time: what a release does when another one is under way. */

import { describe, expect, it } from 'vitest';
import { aSpec, aVersion } from '../support/builders.ts';
import { play } from '../support/scene.ts';

type Concurrency = 'queue' | 'supersede' | 'replace' | 'reject';
const withConcurrency = (concurrency: Concurrency) => aSpec({ concurrency });
const baking = ({ rollouts }: { rollouts: Record<string, { stage: string }> }) =>
  rollouts['eu']?.stage === 'bake';

describe('workflows/application: lane', () => {
  it('queue: first come, first served, and nobody is lost', () =>
    play(async ({ world, apply, live, begin, submit, state, end }) => {
      await apply(withConcurrency('queue'));
      await live('1.0.0');
      world.verdictFor = ({ canary }) => (canary === '1.1.0' ? 'never' : 'pass');
      await begin('1.1.0', baking);
      const second = await submit(aVersion('1.2.0'));
      const third = await submit(aVersion('1.3.0'));
      expect([second.ahead, third.ahead]).toEqual([1, 2]);
      expect((await state()).lane.queue.map(({ version }) => version)).toEqual(['1.2.0', '1.3.0']);
      world.verdictFor = () => 'pass';
      expect((await end(third.number)).outcome).toBe('succeeded');
      expect((await end(second.number)).outcome).toBe('succeeded');
      const admitted = world.entries.flatMap(({ release, event }) =>
        event.type === 'release.admitted' ? [release] : [],
      );
      expect(admitted).toEqual([1, 2, 3, 4]);
    }));

  it('supersede: the newest waits, those that waited are superseded', () =>
    play(async ({ world, apply, live, begin, submit, end }) => {
      await apply(withConcurrency('supersede'));
      await live('1.0.0');
      world.verdictFor = ({ canary }) => (canary === '1.1.0' ? 'never' : 'pass');
      const first = await begin('1.1.0', baking);
      const second = await submit(aVersion('1.2.0'));
      const third = await submit(aVersion('1.3.0'));
      expect(await end(second.number)).toMatchObject({
        outcome: 'superseded',
        sentence: 'release shop:4 took its place',
      });
      world.verdictFor = () => 'pass';
      expect((await end(third.number)).outcome).toBe('succeeded');
      expect((await end(first)).outcome).toBe('succeeded');
    }));

  it('replace: the active one is aborted, without quarantine', () =>
    play(async ({ world, apply, live, begin, submit, end, state }) => {
      await apply(withConcurrency('replace'));
      await live('1.0.0');
      world.verdictFor = ({ canary }) => (canary === '1.1.0' ? 'never' : 'pass');
      const first = await begin('1.1.0', baking);
      const { number } = await submit(aVersion('1.2.0'));
      const replaced = await end(first);
      expect(replaced.outcome).toBe('rolled_back');
      expect(replaced.sentence).toContain('replaced by shop:3');
      expect((await end(number)).outcome).toBe('succeeded');
      expect((await state()).ledger.quarantine).toEqual({});
    }));

  it('reject: the second is turned away at once, also when both come together', () =>
    play(async ({ world, apply, live, submit, act, state }) => {
      await apply(withConcurrency('reject'));
      await live('1.0.0');
      world.verdictFor = () => 'never';
      const both = ['1.1.0', '1.2.0'].map((name) => submit(aVersion(name)).catch(() => null));
      const answers = await Promise.all(both);
      expect(answers.filter((answer) => answer === null)).toHaveLength(1);
      const { active } = (await state()).lane;
      await expect(submit(aVersion('1.3.0'))).rejects.toMatchObject({
        cause: { type: 'lane_busy', message: `shop:${active?.number} is under way` },
      });
      await act(active?.number ?? 0, 'abort');
    }));

  it('a warm release yields to the next', () =>
    play(async ({ apply, live, begin, submit, until, state }) => {
      await apply(withConcurrency('queue'));
      await live('1.0.0');
      const first = await begin('1.1.0', ({ stage }) => stage === 'warm');
      const { number } = await submit(aVersion('1.2.0'));
      // The clock stands still: it does not wait for the end of keepWarm.
      expect((await until(first, ({ stage }) => stage === 'ended')).outcome).toBe('succeeded');
      await until(number, ({ stage }) => stage === 'warm');
      expect((await state()).ledger.environments['eu']?.live).toBe('1.2.0');
    }));

  it('abort takes a waiting release out of the queue', () =>
    play(async ({ world, apply, live, begin, submit, act, end, until, state }) => {
      await apply(withConcurrency('queue'));
      await live('1.0.0');
      world.verdictFor = () => 'never';
      const first = await begin('1.1.0', baking);
      const { number } = await submit(aVersion('1.2.0'));
      await until(number, ({ wait }) => wait?.key === 'queue');
      await act(number, 'abort', { reason: 'not needed' });
      expect(await end(number)).toMatchObject({
        outcome: 'rejected',
        sentence: 'aborted by jane: not needed',
      });
      expect((await state()).lane.queue).toEqual([]);
      await act(first, 'abort');
    }));

  it('tells everything that speaks against a release at once', () =>
    play(async ({ apply, live, submit }) => {
      await apply(aSpec());
      await live('1.0.0');
      // One after the other: a refusal that nobody waits for yet would be an unhandled rejection.
      const refusals = [
        ['plan_refused', aVersion('1.0.0')],
        ['version_changed', aVersion('1.0.0', { artifact: 'other' })],
      ] as const;
      for (const [type, version] of refusals) {
        await expect(submit(version)).rejects.toMatchObject({ cause: { type } });
      }
    }));

  it('the same key gives the same release, another request with it is a conflict', () =>
    play(async ({ apply, submit, end }) => {
      await apply(aSpec());
      const first = await submit(aVersion('1.0.0'), { idempotencyKey: 'k1' });
      const again = await submit(aVersion('1.0.0'), { idempotencyKey: 'k1' });
      expect(again).toMatchObject({ number: first.number, repeated: true });
      await expect(submit(aVersion('1.1.0'), { idempotencyKey: 'k1' })).rejects.toMatchObject({
        cause: { type: 'idempotency_conflict' },
      });
      await end(first.number);
      const late = await submit(aVersion('1.0.0'), { idempotencyKey: 'k1' });
      expect(late).toMatchObject({ number: first.number, repeated: true, ahead: 0 });
    }));

  it('a quarantined version comes back with a reason only', () =>
    play(async ({ world, apply, live, submit, end, guardian, state }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.verdictFor = ({ canary }) => (canary === '1.1.0' ? 'fail' : 'pass');
      await live('1.1.0');
      await expect(submit(aVersion('1.1.0'))).rejects.toMatchObject({
        cause: { type: 'version_quarantined' },
      });
      world.verdictFor = () => 'pass';
      const { number } = await submit(aVersion('1.1.0'), {
        quarantineOverride: 'it was the network',
      });
      expect((await end(number)).outcome).toBe('succeeded');
      const by = { id: 'jane', channel: 'api' } as const;
      const lift = { version: '1.1.0', by, reason: 'it was the network' };
      await guardian().executeUpdate('liftQuarantine', { args: [lift] });
      expect((await state()).ledger.quarantine).toEqual({});
    }));
});
