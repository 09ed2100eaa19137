/** A worker that is away is told, never waited for in silence. */

import { Worker } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { aSpec, aSpecInput } from '../support/builders.ts';
import { play, type Scene } from '../support/scene.ts';

const { environments } = aSpecInput();
const far = aSpec({
  environments: { ...environments, eu: { ...environments['eu']!, worker: 'eu-private' } },
});

/** A worker on the queue of the far environment, while `work` lasts. */
async function withWorker({ env, world }: Scene, work: () => Promise<void>): Promise<void> {
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: 'crescendo-eu-private',
    activities: { ...world.activities },
    maxHeartbeatThrottleInterval: '10ms',
    defaultHeartbeatThrottleInterval: '10ms',
  });
  world.isServed = () => true;
  await worker.runUntil(work);
  world.isServed = () => false;
}

describe('workflows/queue-watch', () => {
  it('says that no worker is there, in progress, notices and record, and goes on with one', () =>
    play(async (scene) => {
      const { world, apply, begin, end } = scene;
      await apply({ ...far, notify: [{ vendor: 'fake', settings: {} }] });
      world.isServed = () => false;
      const number = await begin('1.0.0', ({ rollouts }) => rollouts['eu']?.unserved != null);
      const { rollouts } = await scene.progress(number);
      expect(rollouts['eu']?.unserved).toMatchObject({
        key: 'worker',
        for: 'a worker (no worker polls task queue crescendo-eu-private since 2026-01-01T00:00:00.000Z)',
        until: null,
      });
      expect(rollouts['staging']?.unserved).toBeNull();
      expect(world.notices.map(({ title }) => title)).toContainEqual(
        expect.stringContaining('waits in eu for a worker'),
      );
      await withWorker(scene, async () => {
        await scene.until(number, (progress) => progress.rollouts['eu']?.unserved === null);
        expect((await end(number)).outcome).toBe('succeeded');
      });
      const types = world.entries.map(({ event }) => event.type);
      expect(types.filter((type) => type.startsWith('worker.'))).toEqual([
        'worker.missed',
        'worker.returned',
      ]);
    }));

  it('a rollback without a worker says what it waits for, in a few events of history', () =>
    play(async (scene) => {
      const { world, apply, begin, act, rollout, until, end } = scene;
      await apply(far);
      await withWorker(scene, async () => {
        expect(
          (await end((await scene.submit({ name: '1.0.0', artifact: 'a' })).number)).outcome,
        ).toBe('succeeded');
        world.verdictFor = () => 'never';
        await begin('1.1.0', ({ rollouts: seen }) => seen['eu']?.stage === 'bake');
      });
      await act(2, 'rollback', { reason: 'enough' });
      await until(2, ({ rollouts: { eu } }) => eu?.stage === 'rollback' && eu.unserved !== null);
      world.verdictFor = () => 'pass';
      await withWorker(scene, async () => {
        expect((await end(2)).outcome).toBe('rolled_back');
      });
      const { events } = await rollout(2, 'eu').fetchHistory();
      const watches = (events ?? []).filter(
        (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'watchQueue',
      );
      // One that saw the worker go, one that saw it come back, and the one that was under way.
      expect(watches.length).toBeLessThanOrEqual(3);
    }));
});
