/** Gates inside a rollout: the weight stays and is guarded, and no way back is ever blocked. */

import { describe, expect, it } from 'vitest';
import type { SpecInput } from '../../domain/spec.ts';
import type { ReleaseProgress } from '../../domain/progress.ts';
import { aProduction, aSpec } from '../support/builders.ts';
import { play } from '../support/scene.ts';

type GateInput = NonNullable<SpecInput['production']['gates']>[number];
const gated = (gate: GateInput, change: Partial<SpecInput> = {}) =>
  aSpec({ production: aProduction({ gates: [gate] }), ...change });
const atGate = ({ rollouts }: ReleaseProgress) => rollouts['eu']?.gate !== null;
const inEu = ({ rollouts }: ReleaseProgress) => rollouts['eu']?.gate !== undefined;
const waits = (progress: ReleaseProgress) => inEu(progress) && atGate(progress);

describe('workflows/stages/step-gate', () => {
  it('holds the weight before the share until those who may have approved', () =>
    play(async ({ world, apply, live, begin, act, end }) => {
      await apply(aSpec());
      await live('1.0.0');
      const allow = { roles: ['release-manager'], people: ['joe'] };
      const roles = { 'release-manager': ['tom'] };
      await apply(gated({ before: '20%', approvals: 2, allow }, { roles }));
      const number = await begin('1.1.0', waits);
      expect(world.weightsOf('eu', '1.1.0').at(-1)).toBe(5);
      await expect(act(number, 'approve', { by: 'bob' })).rejects.toMatchObject({
        cause: { message: expect.stringContaining('2 more of release-manager: joe, tom') },
      });
      await act(number, 'approve', { by: 'joe', environment: 'eu' });
      const ann = { id: 'ann', channel: 'api' as const, roles: ['release-manager'] };
      await act(number, 'approve', { by: ann, reason: 'checked' });
      expect((await end(number)).outcome).toBe('succeeded');
      const closed = world.entries.flatMap(({ event }) =>
        event.type === 'gate.closed' ? [[event.environment, event.approved, event.sentence]] : [],
      );
      expect(closed).toEqual([['eu', true, 'approved by joe, ann']]);
    }));

  it('is not passed by a promotion, also not by one straight to 100 %', () =>
    play(async ({ world, apply, live, begin, act, until, end }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.verdictFor = ({ weight }) => (weight === 5 ? 'never' : 'pass');
      await apply(gated({ before: '25%' }));
      const number = await begin('1.1.0', (p) => p.rollouts['eu']?.stage === 'bake');
      await act(number, 'promote', { full: true });
      await until(number, waits);
      await expect(act(number, 'promote', { full: true })).rejects.toMatchObject({
        cause: {
          message: 'cannot promote: a gate is open before the next step: approve it or reject it',
        },
      });
      expect(world.weightsOf('eu', '1.1.0').at(-1)).toBe(5);
      await act(number, 'approve', { by: 'joe' });
      expect((await end(number)).outcome).toBe('succeeded');
      expect(world.weightsOf('eu', '1.1.0')).not.toContain(25);
    }));

  it('turns back when the guard proves a regression meanwhile', () =>
    play(async ({ world, apply, live, begin, end }) => {
      await apply(aSpec());
      await live('1.0.0');
      await apply(gated({ before: 'step 2' }));
      const number = await begin('1.1.0', waits);
      world.verdictFor = () => 'fail';
      const progress = await end(number);
      expect(progress).toMatchObject({ outcome: 'rolled_back', quarantined: 'eu: errors: fail' });
      expect(world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
      expect(progress.rollouts['eu']?.gate).toBeNull();
    }));

  it.each([
    ['rollback', { by: 'joe' }, 'rolled_back'],
    ['abort', { by: 'joe' }, 'rolled_back'],
    ['reject', { by: 'joe', reason: 'no' }, 'rolled_back'],
    ['reject', { by: 'joe', reason: 'no', environment: 'eu' }, 'rolled_back'],
  ] as const)('is no hindrance on the way back: %s %j', (action, message, outcome) =>
    play(async ({ world, apply, live, begin, act, end, state }) => {
      await apply(aSpec());
      await live('1.0.0');
      await apply(gated({ before: '100%', approvals: 20 }));
      const number = await begin('1.1.0', waits);
      await act(number, action, message);
      expect((await end(number)).outcome).toBe(outcome);
      expect(world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
      const quarantined = Object.keys((await state()).ledger.quarantine);
      expect(quarantined).toEqual(action === 'rollback' ? ['1.1.0'] : []);
    }),
  );

  it.each([
    ['reject', 'rolled_back'],
    ['approve', 'succeeded'],
  ] as const)('expiry: %s', (then, outcome) =>
    play(async ({ apply, live }) => {
      await apply(aSpec());
      await live('1.0.0');
      await apply(gated({ before: '25%', then, expires: '4h' }));
      expect((await live('1.1.0')).outcome).toBe(outcome);
    }),
  );

  it('a pause at the gate still holds behind it', () =>
    play(async ({ world, apply, live, begin, act, until, end }) => {
      await apply(aSpec());
      await live('1.0.0');
      await apply(gated({ before: '25%' }));
      const number = await begin('1.1.0', waits);
      await act(number, 'pause');
      await act(number, 'approve', { by: 'joe' });
      await until(number, ({ rollouts }) => rollouts['eu']?.wait?.key === 'pause');
      expect(world.weightsOf('eu', '1.1.0').at(-1)).toBe(5);
      await act(number, 'resume');
      expect((await end(number)).outcome).toBe('succeeded');
    }));

  it('before staging nothing is deployed, and before the old version retires all can go back', () =>
    play(async ({ world, apply, live, begin, act, until, end }) => {
      await apply(aSpec());
      await live('1.0.0');
      const gates = [{ before: 'staging' }, { before: 'retire' }];
      await apply(aSpec({ production: aProduction({ gates }) }));
      const number = await begin('1.1.0', ({ gate }) => gate?.gate === 'staging');
      expect(world.deploys.some(({ version }) => version === '1.1.0')).toBe(false);
      await act(number, 'approve', { by: 'joe' });
      const release = end(number);
      await until(number, ({ gate }) => gate?.gate === 'retire');
      expect(world.running['eu']).toEqual(new Set(['1.0.0', '1.1.0']));
      await act(number, 'rollback', { by: 'joe' });
      expect((await release).outcome).toBe('rolled_back');
      expect(world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
    }));
});
