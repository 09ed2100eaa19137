/** Many environments: every history stays bounded, and everything that holds for few holds for them. */

import { describe, expect, it } from 'vitest';
import { batchWorkflowId } from '../../domain/ids.ts';
import type { ReleaseProgress } from '../../domain/progress.ts';
import type { RolloutProgress } from '../../domain/rollout-progress.ts';
import { rolloutQuery } from '../../workflows/messages.ts';
import { aVersion } from '../support/builders.ts';
import { aLargeSpec, largestHistories, manyNames } from '../support/many.ts';
import { inTwoWaves, settle, twoSteps } from '../support/many-scenes.ts';
import { play, playForReal, type Scene } from '../support/scene.ts';

const count = 30;

/** Milliseconds for one scene: there is more to do than elsewhere. */
const patience = 400_000;

/**
 * What there may be in any case, and more of it with each environment: with 1,000 of them below the
 * 10,240 events and 10 MB at which Temporal warns.
 */
const growing = {
  application: { events: [100, 3], bytes: [60_000, 5000] },
  release: { events: [150, 8], bytes: [100_000, 9000] },
} as const;
/** Further environments get further batches, so these two do not grow. */
const fixed = {
  batch: { events: 4000, bytes: 2_000_000 },
  rollout: { events: 400, bytes: 400_000 },
};

const inStage =
  (name: string, stage: string) =>
  ({ rollouts }: ReleaseProgress) =>
    rollouts[name]?.stage === stage;

/** Starts 1.1.0 and waits until it `holds`; longer than other scenes do. */
async function begin(scene: Scene, holds: (progress: ReleaseProgress) => boolean) {
  const { number } = await scene.submit(aVersion('1.1.0'));
  await untilSeen(() => scene.progress(number), holds);
  return number;
}

/** Asks until it holds; the test's own time is the limit. */
async function untilSeen<T>(ask: () => Promise<T>, holds: (value: T) => boolean): Promise<void> {
  while (!holds(await ask())) await new Promise((resolve) => setTimeout(resolve, 200));
}

const lives = async ({ state }: Scene) =>
  new Set(Object.values((await state()).ledger.environments).map(({ live }) => live));

describe('workflows: many environments', () => {
  it(
    'every history stays bounded',
    () =>
      play(async (scene) => {
        const waves = { from: manyNames(count), growing: { first: 1, factor: 8 }, parallel: 50 };
        await settle(scene, aLargeSpec('shop', count, { waves, strategy: twoSteps }));
        const { number, outcome, rollouts } = await scene.live('1.1.0');
        expect([number, outcome]).toEqual([1, 'succeeded']);
        expect(Object.keys(rollouts)).toHaveLength(count + 1);
        expect(await lives(scene)).toEqual(new Set(['1.1.0']));
        const release = { application: 'shop', number };
        const sizes = await largestHistories(scene.env.client, release, count);
        for (const type of ['application', 'release'] as const) {
          for (const unit of ['events', 'bytes'] as const) {
            const [start, each] = growing[type][unit];
            expect(sizes[type][unit], `${unit} of ${type}`).toBeLessThan(start + each * count);
          }
        }
        for (const type of ['batch', 'rollout'] as const) {
          expect(sizes[type].events).toBeLessThan(fixed[type].events);
          expect(sizes[type].bytes).toBeLessThan(fixed[type].bytes);
        }
      }),
    patience,
  );

  it(
    'one that fails halts its wave, and all go back in reverse order',
    () =>
      play(async (scene) => {
        const { world, live } = scene;
        await settle(scene, inTwoWaves());
        // The other one of its wave is done by then: the test server cannot cancel what just ends.
        world.verdictFor = ({ place, weight }) =>
          place.environment === 'e-0026' && weight === 100 ? 'fail' : 'pass';
        const progress = await live('1.1.0');
        expect([progress.outcome, progress.quarantined]).toEqual([
          'rolled_back',
          'e-0026: errors: fail',
        ]);
        expect(await lives(scene)).toEqual(new Set(['1.0.0']));
        const back = world.entries.flatMap(({ event }) =>
          event.type === 'rollback.started' ? event.environment : [],
        );
        expect([back[0], back.at(-1)]).toEqual(['e-0026', 'staging']);
      }),
    patience,
  );

  it(
    'promote, pause, resume and rollback reach those they are meant for',
    () =>
      play(async (scene) => {
        const { world, act, end, rollout } = scene;
        await settle(scene, inTwoWaves());
        const waiting = ['e-0025', 'e-0026'];
        world.verdictFor = ({ place }) => (waiting.includes(place.environment) ? 'never' : 'pass');
        const number = await begin(scene, inStage('e-0024', 'finished'));
        const both = async (holds: (seen: RolloutProgress) => boolean) => {
          for (const name of waiting) {
            // Before its turn has come there is none.
            const ask = () =>
              rollout(number, name)
                .query(rolloutQuery)
                .catch(() => null);
            await untilSeen(ask, (seen) => seen !== null && holds(seen));
          }
        };
        await both(({ stage, step }) => stage === 'bake' && step === 1);
        await act(number, 'promote', { reason: 'sure' });
        await both(({ stage, step }) => stage === 'bake' && step === 2);
        await act(number, 'pause');
        expect((await act(number, 'resume')).paused).toBe(false);
        await act(number, 'rollback', { reason: 'enough' });
        expect((await end(number)).outcome).toBe('rolled_back');
        expect(await lives(scene)).toEqual(new Set(['1.0.0']));
      }),
    patience,
  );
});

describe('workflows: many environments, something is lost', () => {
  const until25 = async (scene: Scene) => {
    await settle(scene, inTwoWaves());
    scene.world.verdictFor = ({ place }) => (place.environment === 'e-0026' ? 'never' : 'pass');
    return begin(scene, inStage('e-0025', 'finished'));
  };

  it(
    'a lost batch is replaced, and what it had comes back',
    () =>
      playForReal(async (scene) => {
        const number = await until25(scene);
        await scene.batch(number).terminate('oops');
        expect((await scene.end(number)).outcome).toBe('rolled_back');
        expect(await lives(scene)).toEqual(new Set(['1.0.0']));
      }),
    patience,
  );

  it(
    'a lost release leaves no batch behind',
    () =>
      playForReal(async (scene) => {
        const { handle, state, env } = scene;
        const number = await until25(scene);
        await handle(number).terminate('oops');
        await untilSeen(state, ({ lane }) => lane.active === null);
        expect(await lives(scene)).toEqual(new Set(['1.0.0']));
        for (const attempt of [1, 2]) {
          const id = batchWorkflowId({ application: 'shop', number }, attempt, 1);
          const batch = env.client.workflow.getHandle(id);
          await untilSeen(
            async () => (await batch.describe()).status.name,
            (status) => status === 'COMPLETED',
          );
        }
      }),
    patience,
  );
});
