/** The guardian: emergency returns, and a life longer than one history. */

import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { recordVersion } from '../../domain/ledger.ts';
import { planRelease } from '../../domain/plan.ts';
import { newGuardian, type Guardian } from '../../workflows/application-state.ts';
import { aProduction, aSpec, aVersion } from '../support/builders.ts';
import { play, playForReal, poll, type Scene } from '../support/scene.ts';

const twoWaves = aSpec({
  production: aProduction({ waves: [{ environments: ['eu'] }, { environments: ['us'] }] }),
});
const baking = ({ rollouts }: { rollouts: Record<string, { stage: string }> }) =>
  rollouts['eu']?.stage === 'bake';

describe('workflows/application: emergency return', () => {
  it('goes back to the last good version of each environment, at once', () =>
    play(async ({ world, apply, live, goBack, end, state }) => {
      await apply(twoWaves);
      for (const version of ['1.0.0', '1.1.0', '1.2.0']) await live(version);
      const bakes = world.bakes.length;
      const { number } = await goBack(null);
      const progress = await end(number);
      expect(progress).toMatchObject({ outcome: 'succeeded', version: { name: '1.1.0' } });
      // Nothing is baked on the way: each environment is watched once it is there.
      const modes = world.bakes.slice(bakes).map(({ limits }) => limits.mode);
      expect(modes).toEqual(['verify', 'verify']);
      const { ledger, lane } = await state();
      for (const environment of ['eu', 'us']) {
        expect(world.shares[environment]).toEqual([{ version: '1.1.0', weight: 100 }]);
        expect(ledger.environments[environment]?.live).toBe('1.1.0');
      }
      expect(lane.active).toBeNull();
      expect(ledger.quarantine).toEqual({});
    }));

  it('goes to a named version, and the one that is sent away for a reason stays out', () =>
    play(async ({ world, apply, live, goBack, end, state, submit }) => {
      await apply(twoWaves);
      for (const version of ['1.0.0', '1.1.0', '1.2.0']) await live(version);
      const { number } = await goBack('1.0.0', { reason: 'orders are lost' });
      const progress = await end(number);
      expect(progress).toMatchObject({ outcome: 'succeeded', quarantined: null });
      expect(world.shares['us']).toEqual([{ version: '1.0.0', weight: 100 }]);
      const { ledger } = await state();
      expect(Object.keys(ledger.quarantine)).toEqual(['1.2.0']);
      expect(ledger.quarantine['1.2.0']?.reason).toBe('sent away by jane: orders are lost');
      await expect(submit(aVersion('1.2.0'))).rejects.toMatchObject({
        cause: { type: 'version_quarantined' },
      });
      await expect(goBack('1.2.0')).rejects.toMatchObject({ cause: { type: 'plan_refused' } });
    }));

  it('stays where it is when the earlier version does not start any more', () =>
    play(async ({ world, apply, live, goBack, end, state }) => {
      await apply(twoWaves);
      for (const version of ['1.0.0', '1.1.0']) await live(version);
      world.beforeDeploy = (version) => {
        if (version !== '1.0.0') return;
        throw ApplicationFailure.nonRetryable('image is gone', 'artifact_missing');
      };
      const { number } = await goBack(null, { reason: 'slow' });
      const progress = await end(number);
      expect(progress.outcome).toBe('rejected');
      expect(progress.sentence).toContain('image is gone');
      const { ledger } = await state();
      expect(ledger.environments['eu']?.live).toBe('1.1.0');
      expect(ledger.quarantine).toEqual({});
    }));

  it.each([
    ['without a specification', null],
    ['to a version nobody knows', '9.9.9'],
  ])('is refused %s', (_, to) =>
    play(async ({ apply, live, goBack }) => {
      await apply(aSpec());
      if (to !== null) await live('1.0.0');
      await expect(goBack(to)).rejects.toMatchObject({ cause: { type: 'plan_refused' } });
    }),
  );

  it('the same key returns once', () =>
    play(async ({ apply, live, goBack, end }) => {
      await apply(aSpec());
      for (const version of ['1.0.0', '1.1.0']) await live(version);
      const first = await goBack(null, { idempotencyKey: 'panic' });
      const again = await goBack(null, { idempotencyKey: 'panic' });
      expect(again).toMatchObject({ number: first.number, repeated: true });
      await end(first.number);
      expect(await goBack(null, { idempotencyKey: 'panic' })).toMatchObject({ repeated: true });
    }));
});

/** Fills the guardian's history until it has begun a new run. */
async function continueAsNew({ guardian, state }: Scene): Promise<void> {
  const before = (await guardian().describe()).runId;
  // Signals nobody understands still make history.
  for (let round = 0; round < 30; round += 1) {
    await Promise.all(
      Array.from({ length: 200 }, () => guardian().signal('report', { kind: '?' })),
    );
    await state();
    if ((await guardian().describe()).runId !== before) return;
  }
  throw new Error('it did not continue as new');
}

describe('workflows/application: continue as new', () => {
  it('keeps an active release, a queue, and every key', () =>
    playForReal(async (scene) => {
      const { world, apply, live, begin, submit, state, end } = scene;
      await apply(aSpec({ production: aProduction({ keepWarm: '500ms' }) }));
      await live('1.0.0');
      world.verdictFor = () => 'never';
      const first = await begin('1.1.0', baking);
      const second = await submit(aVersion('1.2.0'), { idempotencyKey: 'k2' });
      const before = await state();
      await continueAsNew(scene);
      expect(await state()).toEqual(before);
      expect(await submit(aVersion('1.2.0'), { idempotencyKey: 'k2' })).toMatchObject({
        number: second.number,
        repeated: true,
        ahead: 1,
      });
      world.verdictFor = () => 'pass';
      expect((await end(first)).outcome).toBe('succeeded');
      expect((await end(second.number)).outcome).toBe('succeeded');
      await poll(state, ({ lane }) => lane.active === null);
      expect((await live('1.3.0')).outcome).toBe('succeeded');
    }));

  it('looks after a release whose handle it has lost, and brings it back when it is gone', () =>
    play(async ({ world, apply, live, guardian, env, state, pass, end }) => {
      await apply(aSpec());
      await live('1.0.0');
      const { ledger, spec } = await state();
      await guardian().terminate('a new run begins');
      const request = {
        version: aVersion('1.1.0'),
        by: { id: 'jane', channel: 'api' as const },
        reason: null,
        idempotencyKey: null,
        quarantineOverride: null,
        powers: { fake: { granularity: 1 } },
      };
      if (!spec) throw new Error('no specification');
      const known = recordVersion(ledger, request.version);
      const result = planRelease(spec, request.version, { ledger: known, ...request });
      const plan = 'plan' in result ? result.plan : null;
      const carried: Guardian = {
        ...newGuardian('shop'),
        spec,
        ledger: known,
        nextRelease: 3,
        lane: { active: { number: 2, version: '1.1.0', since: '' }, warm: false, queue: [] },
        pending: { 2: { request, mode: 'forward', to: null, plan, attempt: 1 } },
      };
      // Where the lost run has left things: at 25 %.
      world.shares['eu'] = [
        { version: '1.0.0', weight: 75 },
        { version: '1.1.0', weight: 25 },
      ];
      let open = true;
      world.isOpen = async () => open;
      await env.client.workflow.start('application', {
        taskQueue: 'crescendo',
        workflowId: 'application:shop',
        args: [{ application: 'shop', guardian: carried }],
      });
      await pass('3m');
      expect((await state()).lane.active?.number).toBe(2);
      open = false;
      await pass('2m');
      expect((await end(2)).outcome).toBe('rolled_back');
      expect(world.shares['eu']).toEqual([{ version: '1.0.0', weight: 100 }]);
      expect((await state()).ledger.environments['eu']?.live).toBe('1.0.0');
    }));
});
