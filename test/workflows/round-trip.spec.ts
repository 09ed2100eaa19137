/** The round trip in staging: back to where production would go, and forward again, before production. */

import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { ReleaseProgress } from '../../domain/progress.ts';
import type { SpecInput } from '../../domain/spec.ts';
import { aSpec, aVersion } from '../support/builders.ts';
import type { FakeWorld } from '../support/fake-world.ts';
import { play, type Scene } from '../support/scene.ts';

const asked = (change: Partial<SpecInput> = {}) =>
  aSpec({
    rollback: { rehearse: true },
    environments: {
      staging: { target: { fake: {} }, router: { fake: {} } },
      eu: { target: { fake: {} }, router: { fake: {} } },
    },
    ...change,
  });
const staging = (onFail: 'hold' | 'reject') => ({
  environment: 'staging',
  tests: [
    { name: 'smoke', fake: {} },
    { name: 'orders', fake: {} },
  ],
  onFail,
});
const failed = ({ rollouts }: ReleaseProgress) => rollouts['staging']?.wait?.key === 'failure';

/** Whether 1.1.0 has been in staging by now, so that 1.0.0 is the one that came back. */
const wasThere = ({ deploys }: FakeWorld) => deploys.some(({ version }) => version === '1.1.0');

const said = ({ entries }: FakeWorld, ...types: string[]) =>
  entries.flatMap(({ event, release }) =>
    release === 2 && types.includes(event.type) ? [event] : [],
  );

/** 1.0.0 is live, and does not pass `orders` once 1.1.0 was there. */
async function stuck({ world, apply, live }: Scene, onFail: 'hold' | 'reject'): Promise<void> {
  await apply(asked({ staging: staging(onFail) }));
  await live('1.0.0');
  world.testPasses = (name, version) => !(name === 'orders' && version === '1.0.0');
}

const sentence =
  '1.0.0 does not run after 1.1.0 was there: test "orders" failed: 1 of 1 failed: checkout works; so there would be no way back';

describe('workflows/stages/round-trip', () => {
  it('brings the old version up anew, tests it, and tests the candidate again', () =>
    play(async (scene) => {
      const { world, apply, live } = scene;
      await apply(asked());
      await live('1.0.0');
      expect(said(world, 'trip.started')).toEqual([]);
      const before = { tests: world.tests.length, deploys: world.deploys.length };
      const { outcome, rollouts } = await live('1.1.0');
      expect(outcome).toBe('succeeded');
      expect(world.tests.slice(before.tests)).toEqual(['smoke', 'smoke', 'smoke']);
      const results = said(world, 'test.finished').flatMap((event) =>
        event.type === 'test.finished' ? [event.result.name] : [],
      );
      expect(results).toEqual(['smoke', 'smoke on 1.0.0', 'smoke']);
      const up = world.deploys.slice(before.deploys).flatMap(({ environment, version }) => {
        return environment === 'staging' ? [version] : [];
      });
      expect(up).toEqual(['1.0.0', '1.1.0', '1.0.0', '1.1.0']);
      const down = world.retired.filter(({ environment }) => environment === 'staging');
      expect(down.map(({ version }) => version)).toEqual(['1.0.0', '1.1.0', '1.0.0']);
      expect(
        world.weightsOf('staging', '1.1.0').filter((one, at, all) => one !== all[at - 1]),
      ).toEqual([0, 100, 0, 100]);
      expect(said(world, 'trip.finished')).toMatchObject([
        { version: '1.0.0', sentence: '1.0.0 runs after 1.1.0 was there, and 1.1.0 after it' },
      ]);
      expect(rollouts['staging']).toMatchObject({ trip: null, outcome: 'finished' });
    }));

  it('holds when the old version fails after the new one, and goes on when that is skipped', () =>
    play(async (scene) => {
      const { world, begin, act, until, end } = scene;
      await stuck(scene, 'hold');
      const number = await begin('1.1.0', failed);
      const { rollouts } = await scene.progress(number);
      expect(rollouts['staging']).toMatchObject({ stage: 'hold', trip: '1.0.0' });
      expect(rollouts['staging']?.wait?.for).toBe(`retry, skip or abort (${sentence})`);
      expect(rollouts['eu']).toBeUndefined();
      await act(number, 'retry');
      await until(number, (progress) => failed(progress) && world.tests.length >= 7);
      await act(number, 'skip', { reason: 'orders are moved by hand' });
      expect((await end(number)).outcome).toBe('succeeded');
      expect(said(world, 'trip.finished')).toMatchObject([
        {
          sentence: expect.stringContaining('not shown: skipped by jane: orders are moved by hand'),
        },
      ]);
    }));

  it('rejects where staging rejects, and staging is back on the old version', () =>
    play(async (scene) => {
      const { world, live, state } = scene;
      await stuck(scene, 'reject');
      const progress = await live('1.1.0');
      expect(progress).toMatchObject({ outcome: 'rejected', quarantined: null });
      expect(progress.sentence).toContain(sentence);
      expect(world.shares['staging']).toEqual([{ version: '1.0.0', weight: 100 }]);
      expect(world.running['staging']).toEqual(new Set(['1.0.0']));
      expect((await state()).ledger.environments['staging']?.live).toBe('1.0.0');
    }));

  it('leaves staging to the candidate when the old version does not even come up', () =>
    play(async (scene) => {
      const { world, apply, live, state } = scene;
      await apply(asked());
      await live('1.0.0');
      world.beforeDeploy = (version, environment) => {
        if (environment === 'staging' && version === '1.0.0' && wasThere(world)) {
          throw noSchema();
        }
      };
      const progress = await live('1.1.0');
      expect(progress.outcome).toBe('rejected');
      expect(progress.sentence).toContain(
        '1.0.0 does not run after 1.1.0 was there: the schema is newer; so there would be no way back',
      );
      expect(progress.rollouts['staging']?.cause).toContain('staging stays with 1.1.0');
      expect(world.running['staging']).toEqual(new Set(['1.1.0']));
      expect((await state()).ledger.environments['staging']?.live).toBe('1.1.0');
      // The next one, which can be gone back from, is not in the way of what does not come up.
      world.beforeDeploy = () => {};
      expect((await live('1.2.0')).outcome).toBe('succeeded');
    }));

  it('goes on without the old version when that is skipped, though it does not come up', () =>
    play(async (scene) => {
      const { world, apply, live, begin, act, end } = scene;
      await apply(asked({ staging: staging('hold') }));
      await live('1.0.0');
      world.beforeDeploy = (version, environment) => {
        if (environment === 'staging' && version === '1.0.0' && wasThere(world)) throw noSchema();
      };
      const number = await begin('1.1.0', failed);
      await act(number, 'skip', { reason: 'we restore a copy' });
      expect((await end(number)).outcome).toBe('succeeded');
      expect(world.running['staging']).toEqual(new Set(['1.1.0']));
    }));

  it('goes to what production has, where staging has another version, and cleans up after it', () =>
    play(async (scene) => {
      const { world, apply, live } = scene;
      await apply(asked());
      await live('0.9.0');
      await live('1.0.0');
      await apply(asked({ rollback: { rehearse: true, to: 'version:0.9.0' } }));
      const { outcome } = await live('1.1.0');
      expect(outcome).toBe('succeeded');
      expect(world.running['staging']).toEqual(new Set(['1.1.0']));
      world.testPasses = (_name, version) => version !== '0.9.0';
      expect((await live('1.2.0')).outcome).toBe('rejected');
      expect(world.running['staging']).toEqual(new Set(['1.1.0']));
    }));

  it('is not taken by a version that cannot be gone back past', () =>
    play(async (scene) => {
      const { world, apply, live, submit, end } = scene;
      await apply(asked());
      await live('1.0.0');
      const { number } = await submit(aVersion('1.1.0', { oneWay: 'drops a column' }));
      const { outcome, plan } = await end(number);
      expect(outcome).toBe('succeeded');
      expect(said(world, 'trip.started')).toEqual([]);
      expect(plan?.warnings).toContain(
        'no round trip in staging: 1.1.0 cannot be gone back past (drops a column)',
      );
    }));
});

/** As a target says it that has seen the process end. */
function noSchema(): ApplicationFailure {
  return ApplicationFailure.nonRetryable('the schema is newer', 'version_not_ready');
}
