/** Groups: several applications in their order, together at the end, and all of them back when one turns. */

import { describe, expect, it } from 'vitest';
import type { GroupProgress } from '../../domain/group.ts';
import { groupSchema, type Group } from '../../domain/group-spec.ts';
import { applicationWorkflowId, groupWorkflowId, releaseWorkflowId } from '../../domain/ids.ts';
import { unpack } from '../../domain/pack.ts';
import type { SpecInput } from '../../domain/spec.ts';
import type { application } from '../../workflows/application.ts';
import type { group } from '../../workflows/group.ts';
import {
  actionSignal,
  applicationQuery,
  applyUpdate,
  groupQuery,
  groupUpdate,
  progressQuery,
  submitUpdate,
} from '../../workflows/messages.ts';
import type { release } from '../../workflows/release.ts';
import { aSpec, aSpecInput, aVersion } from '../support/builders.ts';
import { play, poll, type Scene } from '../support/scene.ts';

const jane = { id: 'jane', channel: 'cli' } as const;
const names = ['shop', 'orders', 'web'];
const member = (name: string, ...after: string[]) => ({
  version: { name: '2.0.0', artifact: `registry/${name}:2.0.0` },
  after,
});
const chain = groupSchema.parse({
  group: 'checkout',
  applications: {
    shop: member('shop'),
    orders: member('orders', 'shop'),
    web: member('web', 'orders'),
  },
});

/** Short ways to act on a group of three applications that all serve 1.0.0. */
function actors({ env, world }: Scene) {
  const { workflow } = env.client;
  const guardian = (name: string) =>
    workflow.getHandle<typeof application>(applicationWorkflowId(name));
  const handle = () => workflow.getHandle<typeof group>(groupWorkflowId('checkout'));
  const timed = async <T>(work: () => Promise<T>): Promise<T> => {
    world.timePasses = true;
    try {
      return await work();
    } finally {
      world.timePasses = false;
    }
  };
  const releaseOf = (name: string, number: number) =>
    workflow.getHandle<typeof release>(releaseWorkflowId({ application: name, number }));
  return {
    guardian,
    handle,
    releaseOf,
    progressOf: (name: string, number: number) => async () =>
      unpack(await releaseOf(name, number).query(progressQuery)),
    async prepare(change: Pick<SpecInput, 'policy'> & { keepWarm?: string } = {}) {
      for (const name of names) {
        const { environments } = aSpecInput();
        const spec = aSpec({
          application: name,
          staging: undefined,
          environments: { [`${name}-eu`]: { ...environments['eu'], target: { fake: {} } } },
          policy: change.policy ?? {},
          production: {
            keepWarm: change.keepWarm ?? '10m',
            waves: [{ environments: [`${name}-eu`] }],
            strategy: { canary: { steps: [50, 100], bake: { min: '1m', max: '5m' } } },
          },
        });
        await workflow.start<typeof application>('application', {
          taskQueue: 'crescendo',
          workflowId: applicationWorkflowId(name),
          args: [{ application: name }],
        });
        await guardian(name).executeUpdate(applyUpdate, { args: [{ spec, by: jane }] });
        const request = {
          version: aVersion('1.0.0'),
          by: jane,
          reason: null,
          idempotencyKey: null,
          quarantineOverride: null,
        };
        const { number } = await guardian(name).executeUpdate(submitUpdate, { args: [request] });
        await timed(() => releaseOf(name, number).result());
      }
    },
    start: (spec: Group = chain) =>
      workflow.start<typeof group>('group', {
        taskQueue: 'crescendo',
        workflowId: groupWorkflowId('checkout'),
        args: [{ group: spec, by: jane, reason: null }],
      }),
    until: (holds: (progress: GroupProgress) => boolean) =>
      poll(() => handle().query(groupQuery), holds),
    end: () => timed(() => handle().result()),
    async live() {
      const states = await Promise.all(
        names.map(async (name) => unpack(await guardian(name).query(applicationQuery))),
      );
      return states.map(({ ledger, application: name }) => {
        return ledger.environments[`${name}-eu`]?.live;
      });
    },
  };
}

const stateOf = ({ members }: GroupProgress, name: string) =>
  members.find(({ application: one }) => one === name)?.state;

/** The first application is there, and the second one stands at its bake for good. */
async function startUntilOrdersBake(scene: Scene): Promise<void> {
  const { start, until, progressOf } = actors(scene);
  scene.world.verdictFor = ({ place }) => (place.application === 'orders' ? 'never' : 'pass');
  await start();
  await until((progress) => stateOf(progress, 'orders') === 'under way');
  await poll(progressOf('orders', 2), ({ rollouts }) => rollouts['orders-eu']?.stage === 'bake');
}

// Three applications, each with a first release: a scene takes three times as long as others.
describe('workflows/group', { timeout: 180_000 }, () => {
  it('releases in order, and no old version retires before all are there', () =>
    play(async (scene) => {
      const { prepare, start, end, live } = actors(scene);
      await prepare();
      const { world } = scene;
      const before = world.retired.length;
      await start();
      const progress = await end();
      expect(progress).toMatchObject({ outcome: 'succeeded', stage: 'ended', cause: null });
      expect(await live()).toEqual(['2.0.0', '2.0.0', '2.0.0']);
      const full = world.shifts.findIndex(({ environment, shares }) => {
        return (
          environment === 'web-eu' &&
          shares.some((share) => share.weight === 100 && share.version === '2.0.0')
        );
      });
      expect(full).toBeGreaterThan(0);
      const began = world.entries.flatMap(({ application: name, event, release: number }) =>
        event.type === 'release.submitted' && number === 2 ? [name] : [],
      );
      expect(began).toEqual(names);
      expect(world.retired.slice(before)).toHaveLength(3);
    }));

  it('one that fails takes back those that are at 100 %, the last one first', () =>
    play(async (scene) => {
      const { prepare, start, end, live, guardian } = actors(scene);
      await prepare();
      const { world } = scene;
      world.verdictFor = ({ place }) => (place.application === 'web' ? 'fail' : 'pass');
      await start();
      const progress = await end();
      expect(progress.outcome).toBe('rolled_back');
      expect(progress.cause).toContain('web: ');
      expect(progress.members.map(({ outcome }) => outcome)).toEqual([
        'rolled_back',
        'rolled_back',
        'rolled_back',
      ]);
      expect(await live()).toEqual(['1.0.0', '1.0.0', '1.0.0']);
      const back = world.entries.flatMap(({ application: name, event }) =>
        event.type === 'rollback.started' ? [name] : [],
      );
      expect(back).toEqual(['web', 'orders', 'shop']);
      // Only the one to blame stays out.
      const blamed = await Promise.all(
        names.map(async (name) => {
          const { ledger } = unpack(await guardian(name).query(applicationQuery));
          return Object.keys(ledger.quarantine);
        }),
      );
      expect(blamed).toEqual([[], [], ['2.0.0']]);
    }));

  it('a person takes all of it back, also what has ended, and what has not begun never begins', () =>
    play(async (scene) => {
      const { prepare, start, end, live, until, handle, guardian, progressOf } = actors(scene);
      await prepare();
      const { world } = scene;
      world.verdictFor = ({ place }) => (place.application === 'orders' ? 'never' : 'pass');
      await start();
      await until((progress) => stateOf(progress, 'orders') === 'under way');
      await poll(
        progressOf('orders', 2),
        ({ rollouts }) => rollouts['orders-eu']?.stage === 'bake',
      );
      const paused = await handle().executeUpdate(groupUpdate('pause'), { args: [{ by: jane }] });
      expect(paused.paused).toBe(true);
      const again = handle().executeUpdate(groupUpdate('pause'), { args: [{ by: jane }] });
      await expect(again).rejects.toMatchObject({ cause: { type: 'action_refused' } });
      await poll(progressOf('orders', 2), (progress) => progress.paused);
      await handle().executeUpdate(groupUpdate('rollback'), {
        args: [{ by: jane, reason: 'totals are wrong' }],
      });
      const progress = await end();
      expect(progress).toMatchObject({
        outcome: 'rolled_back',
        cause: 'rolled back by jane: totals are wrong',
      });
      expect(stateOf(progress, 'web')).toBe('waiting');
      expect(await live()).toEqual(['1.0.0', '1.0.0', '1.0.0']);
      expect(unpack(await guardian('web').query(applicationQuery)).nextRelease).toBe(2);
    }));

  it('takes back one that went on alone and keeps its old version warm', () =>
    play(async (scene) => {
      const { prepare, end, live, handle, guardian, progressOf } = actors(scene);
      await prepare({ policy: { holdFor: '5m', onHoldExpired: 'promote' }, keepWarm: '2d' });
      await startUntilOrdersBake(scene);
      await scene.pass('6m');
      await poll(progressOf('shop', 2), ({ stage }) => stage === 'warm');
      await handle().executeUpdate(groupUpdate('rollback'), {
        args: [{ by: jane, reason: 'totals are wrong' }],
      });
      const { members, outcome } = await end();
      expect(outcome).toBe('rolled_back');
      expect(members[0]).toMatchObject({ release: 2, outcome: 'rolled_back' });
      expect(await live()).toEqual(['1.0.0', '1.0.0', '1.0.0']);
      const { ledger, nextRelease } = unpack(await guardian('shop').query(applicationQuery));
      // By the way back of its own release, and without blame.
      expect([nextRelease, ledger.quarantine]).toEqual([3, {}]);
    }));

  it('returns one that could not be stopped any more when all of it went back', () =>
    play(async (scene) => {
      const { prepare, end, live, handle, progressOf } = actors(scene);
      await prepare({ policy: { holdFor: '5m', onHoldExpired: 'promote' }, keepWarm: '1m' });
      const { world, pass } = scene;
      let [open, asked] = [false, false];
      world.beforeRetire = (version) => {
        if (version !== '1.0.0' || open) return;
        asked = true;
        throw new Error('its requests have not ended');
      };
      await startUntilOrdersBake(scene);
      await pass('7m');
      await poll(
        async () => asked,
        (seen) => seen,
      );
      await handle().executeUpdate(groupUpdate('rollback'), { args: [{ by: jane }] });
      await poll(progressOf('orders', 2), ({ stage }) => stage === 'ended');
      open = true;
      const { members, outcome } = await end();
      expect(outcome).toBe('rolled_back');
      // The release of the return, which has succeeded.
      expect(members[0]).toMatchObject({ release: 3, state: 'ended', outcome: 'succeeded' });
      expect(await live()).toEqual(['1.0.0', '1.0.0', '1.0.0']);
    }));

  it('one that is called back when all were there takes the others along', () =>
    play(async (scene) => {
      const { prepare, start, end, live, until, releaseOf } = actors(scene);
      await prepare();
      await start();
      await until(({ stage }) => stage === 'together');
      await releaseOf('orders', 2).signal(actionSignal('rollback'), { by: 'tom', reason: 'slow' });
      const progress = await end();
      expect(progress.outcome).toBe('rolled_back');
      expect(progress.cause).toContain('orders: rolled back by tom: slow');
      expect(await live()).toEqual(['1.0.0', '1.0.0', '1.0.0']);
    }));

  it('an application that refuses ends it before anything else begins', () =>
    play(async (scene) => {
      const { prepare, start, end, live } = actors(scene);
      await prepare();
      const known = { ...chain.applications['shop'], version: aVersion('1.0.0') };
      await start({
        ...chain,
        applications: { ...chain.applications, shop: { ...known, after: [] } },
      });
      const progress = await end();
      expect(progress).toMatchObject({ outcome: 'rejected' });
      expect(progress.cause).toContain('shop: 1.0.0 is already live');
      expect(progress.members.map(({ state }) => state)).toEqual(['ended', 'waiting', 'waiting']);
      expect(await live()).toEqual(['1.0.0', '1.0.0', '1.0.0']);
    }));
});
