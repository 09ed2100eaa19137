import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { createActivityWorld, place, type ActivityWorld } from '../test/support/activity-world.ts';
import { aVersion } from '../test/support/builders.ts';
import { deploymentActivities } from './deployment.ts';

let world: ActivityWorld;

beforeEach(() => {
  world = createActivityWorld();
});

const env = () => new MockActivityEnvironment();
const input = { place, version: aVersion('1.0.0') };

describe('activities/deployment', () => {
  it('brings a version up and says where it answers', async () => {
    const { deployVersion } = deploymentActivities(world.providers);
    expect(await env().run(deployVersion, input)).toEqual({
      version: '1.0.0',
      endpoint: { url: 'http://1.0.0' },
    });
  });

  it.each<[string, [string, boolean][], boolean]>([
    ['it runs and is ready', [['1.0.0', true]], true],
    ['it runs but is not ready', [['1.0.0', false]], false],
    ['another one runs', [['1.1.0', true]], false],
    ['nothing runs', [], false],
  ])('ready: %s', async (_, running, expected) => {
    world.running = new Map(running);
    const { isVersionReady } = deploymentActivities(world.providers);
    expect(await env().run(isVersionReady, input)).toBe(expected);
  });

  it.each<[string, [string, boolean][], string | null | undefined, boolean, boolean]>([
    ['it serves and is ready', [['1.0.0', true]], null, true, true],
    ['it serves but is not ready', [['1.0.0', false]], null, true, false],
    ['it served and is gone', [['1.1.0', true]], null, true, false],
    ['it could be brought up', [], null, false, true],
    ['its artefact is gone', [], 'there is no 1.0.0.js', false, false],
    ['its artefact is gone, but it runs', [['1.0.0', true]], 'gone', false, true],
    ['nobody can tell', [], undefined, false, true],
  ])('the way back: %s', async (_, running, undeployable, warm, ready) => {
    world.running = new Map(running);
    world.undeployable = undeployable;
    const { checkWayBack, watchWayBack } = deploymentActivities(world.providers);
    expect(await env().run(checkWayBack, { ...input, warm })).toMatchObject({ ready });
    if (ready) await env().run(watchWayBack, { ...input, warm });
  });

  it.each([
    ['has traffic', [{ version: '1.0.0', weight: 5 }], false],
    ['is mirrored to at 0 %', [{ version: '1.0.0', weight: 0, rules: { mirror: 10 } }], false],
    ['is known at 0 %', [{ version: '1.0.0', weight: 0 }], true],
    ['is unknown to the router', [{ version: '1.1.0', weight: 100 }], true],
  ])('retires a version that %s: %s', async (_, shares, allowed) => {
    world.shares = shares;
    const retiring = env().run(deploymentActivities(world.providers).retireVersion, input);
    if (allowed) await retiring;
    else await expect(retiring).rejects.toMatchObject({ code: 'traffic_not_applied' });
    expect(world.retired).toEqual(allowed ? ['1.0.0'] : []);
  });

  it('retires without asking where there is no router', async () => {
    const { retireVersion } = deploymentActivities(world.providers);
    await env().run(retireVersion, { ...input, place: { ...place, router: null } });
    expect(world.retired).toEqual(['1.0.0']);
  });
});
