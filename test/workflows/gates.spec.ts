/** Gates: who may approve, how many it takes, and what expiry does. */

import { describe, expect, it } from 'vitest';
import type { SpecInput } from '../../domain/spec.ts';
import { aProduction, aSpec } from '../support/builders.ts';
import { play } from '../support/scene.ts';

type GateInput = NonNullable<SpecInput['production']['gates']>[number];
const waves = [{ environments: ['eu'] }, { environments: ['us'] }];
const gated = (gate: Partial<GateInput> = {}) =>
  aSpec({ production: aProduction({ waves, gates: [{ before: 'wave 2', ...gate }] }) });

describe('workflows/stages/gate', () => {
  it('waits for the quorum, from different people, none of whom started it', () =>
    play(async ({ world, apply, begin, act, end, until }) => {
      await apply(gated({ approvals: 2, exclude: ['initiator'] }));
      const number = await begin('1.0.0', ({ gate }) => gate !== null);
      expect(world.weightsOf('us', '1.0.0')).toEqual([]);
      const approve = (by: string) => act(number, 'approve', { by, reason: 'looks fine' });
      await expect(approve('jane')).rejects.toMatchObject({
        cause: {
          message:
            'cannot approve: jane started this release or wrote the change, so somebody else must',
        },
      });
      expect((await approve('joe')).gate?.approvals).toHaveLength(1);
      await expect(approve('joe')).rejects.toMatchObject({
        cause: { message: 'cannot approve: joe has approved already' },
      });
      await approve('ann');
      await until(number, ({ gate }) => gate === null);
      expect((await end(number)).outcome).toBe('succeeded');
      const closed = world.entries.flatMap(({ event }) =>
        event.type === 'gate.closed' ? [[event.approved, event.sentence]] : [],
      );
      expect(closed).toEqual([[true, 'approved by joe, ann']]);
    }));

  it('two approvals of one person that arrive together are one', () =>
    play(async ({ apply, begin, act, progress }) => {
      await apply(gated({ approvals: 2 }));
      const number = await begin('1.0.0', ({ gate }) => gate !== null);
      const both = [1, 2].map(() => act(number, 'approve', { by: 'joe' }).catch(() => null));
      const answers = await Promise.all(both);
      expect(answers.filter((answer) => answer === null)).toHaveLength(1);
      expect((await progress(number)).gate?.approvals).toHaveLength(1);
      await act(number, 'abort');
    }));

  it.each([
    ['rejects', 'reject', 'rolled_back', 'expired without enough approvals'],
    ['approves', 'approve', 'succeeded', 'approved by expiry'],
  ] as const)('expiry %s', (_, then, outcome, sentence) =>
    play(async ({ world, apply, live }) => {
      await apply(gated({ then, expires: '4h' }));
      const progress = await live('1.0.0');
      expect(progress.outcome).toBe(outcome);
      const closed = world.entries.flatMap(({ event }) =>
        event.type === 'gate.closed' ? [event.sentence] : [],
      );
      expect(closed).toEqual([sentence]);
    }),
  );

  it('a rejection takes waves back that have finished, and says who and why', () =>
    play(async ({ world, apply, live, begin, act, end, state }) => {
      const without = aSpec({ production: aProduction({ waves }) });
      await apply(without);
      await live('1.0.0');
      await apply(gated());
      const number = await begin('1.1.0', ({ gate }) => gate !== null);
      expect((await state()).ledger.environments['eu']?.live).toBe('1.1.0');
      await act(number, 'reject', { by: 'joe', reason: 'not on a Friday' });
      const progress = await end(number);
      expect(progress.outcome).toBe('rolled_back');
      expect(progress.sentence).toContain('rejected by joe: not on a Friday');
      expect(world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
      expect(world.weightsOf('us', '1.1.0').every((weight) => weight === 0)).toBe(true);
      expect((await state()).ledger.environments['eu']?.live).toBe('1.0.0');
    }));

  it('before production a rejection touches nobody', () =>
    play(async ({ world, apply, begin, act, end }) => {
      await apply(gated({ before: 'production' }));
      const number = await begin('1.0.0', ({ gate }) => gate !== null);
      await expect(act(number, 'reject', { by: 'joe' })).rejects.toMatchObject({
        cause: { message: 'cannot reject: a rejection needs a reason' },
      });
      await act(number, 'reject', { by: 'joe', reason: 'not today' });
      expect(await end(number)).toMatchObject({ outcome: 'rejected' });
      expect(world.shares['eu']).toBeUndefined();
    }));

  it('an open gate before retirement does not keep a return, and says why it was closed', () =>
    play(async ({ world, apply, live, begin, pass, until, goBack }) => {
      await apply(aSpec());
      await live('1.0.0');
      await live('1.1.0');
      const keepWarm = '1s';
      const gates = [{ before: 'retire' as const, expires: '2d' }];
      await apply(aSpec({ production: aProduction({ gates, keepWarm }) }));
      const number = await begin('1.2.0', ({ stage }) => stage === 'warm');
      await pass('1m');
      await until(number, ({ gate }) => gate !== null);
      const back = await goBack('1.0.0', { reason: 'orders are lost' });
      // The clock stands still: nobody has waited for an approval.
      await until(back.number, ({ rollouts }) => rollouts['eu']?.weight === 100);
      await until(number, ({ outcome }) => outcome === 'succeeded');
      const closed = () =>
        world.entries.flatMap(({ event }) => (event.type === 'gate.closed' ? [event] : []));
      await until(number, () => closed().length > 0);
      expect(closed()).toMatchObject([
        { approved: true, sentence: 'nobody is asked any more: a return goes before' },
      ]);
    }));

  it('a pause during a gate holds the wave behind it', () =>
    play(async ({ world, apply, begin, act, until, end }) => {
      await apply(gated());
      const number = await begin('1.0.0', ({ gate }) => gate !== null);
      await act(number, 'pause');
      await act(number, 'approve', { by: 'joe' });
      await until(number, ({ wait }) => wait?.key === 'pause');
      expect(world.deploys.some(({ environment }) => environment === 'us')).toBe(false);
      await act(number, 'resume');
      expect((await end(number)).outcome).toBe('succeeded');
    }));
});
