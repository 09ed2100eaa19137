import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { createActivityWorld, place, type ActivityWorld } from '../test/support/activity-world.ts';
import type { TrafficShare } from '../domain/release.ts';
import type { ShiftInput } from './contract.ts';
import { trafficActivities } from './traffic.ts';

let world: ActivityWorld;

beforeEach(() => {
  world = createActivityWorld();
  world.running = new Map([
    ['1.0.0', true],
    ['1.1.0', true],
  ]);
});

const env = () => new MockActivityEnvironment();
const shift = (weights: Record<string, number>, change: Partial<ShiftInput> = {}) => {
  const shares = Object.entries(weights).map(([version, weight]) => ({ version, weight }));
  const input = { place, shares, fence: 7, ...change };
  return env().run(trafficActivities(world.providers).shiftTraffic, input);
};

describe('activities/traffic', () => {
  it('sets the shares with the addresses of now, and returns what was read back', async () => {
    expect(await shift({ '1.0.0': 95, '1.1.0': 5 })).toEqual([
      { version: '1.0.0', weight: 95 },
      { version: '1.1.0', weight: 5 },
    ]);
    expect(world.sets).toEqual([
      {
        fence: 7,
        versions: [
          { version: '1.0.0', weight: 95, endpoint: { url: 'http://1.0.0' } },
          { version: '1.1.0', weight: 5, endpoint: { url: 'http://1.1.0' } },
        ],
      },
    ]);
  });

  it('refuses traffic for a version that does not run, and asks nothing of the router', async () => {
    await expect(shift({ '1.0.0': 95, '1.2.0': 5 })).rejects.toMatchObject({
      code: 'version_not_ready',
      message: '1.2.0 does not run in eu, so it cannot have traffic',
    });
    expect(world.sets).toEqual([]);
  });

  it('leaves out a version that is gone and shall have nothing', async () => {
    await shift({ '1.0.0': 100, '1.2.0': 0 });
    expect(world.sets[0]?.versions.map(({ version }) => version)).toEqual(['1.0.0']);
  });

  it.each([
    ['less than wished', 4],
    ['more than wished', 6],
    ['nothing at all', 0],
  ])('does not believe a router that shows %s', async (_, weight) => {
    world.readBack = () => [
      { version: '1.0.0', weight: 100 - weight },
      { version: '1.1.0', weight },
    ];
    await expect(shift({ '1.0.0': 95, '1.1.0': 5 })).rejects.toMatchObject({
      code: 'traffic_not_applied',
      retryable: true,
    });
  });

  it('takes rounding for what it is', async () => {
    world.readBack = () => [
      { version: '1.0.0', weight: 66.67 },
      { version: '1.1.0', weight: 33.33 },
    ];
    await expect(shift({ '1.0.0': 66.666, '1.1.0': 33.334 })).resolves.toHaveLength(2);
  });

  const rules = { rings: [{ header: { name: 'x-user-group', value: 'insiders' } }] };
  const withRules = [
    { version: '1.0.0', weight: 100 },
    { version: '1.1.0', weight: 0, rules },
  ];

  it('hands rules on, and returns those that were read back', async () => {
    expect(await shift({}, { shares: withRules })).toEqual(withRules);
    expect(world.sets[0]?.versions[1]).toMatchObject({ weight: 0, rules });
  });

  it.each<[string, TrafficShare[], TrafficShare[], string]>([
    [
      'a ring that is not there',
      withRules,
      [
        { version: '1.0.0', weight: 100 },
        { version: '1.1.0', weight: 0 },
      ],
      'eu: the router does not show ring x-user-group=insiders for 1.1.0',
    ],
    [
      'a ring that is left over',
      [{ version: '1.0.0', weight: 100 }],
      withRules,
      'eu: the router still shows ring x-user-group=insiders for 1.1.0',
    ],
    [
      'a mirror that is left over',
      [{ version: '1.0.0', weight: 100 }],
      [
        { version: '1.0.0', weight: 100 },
        { version: '1.1.0', weight: 0, rules: { mirror: 10 } },
      ],
      'eu: the router still shows mirror 10 % for 1.1.0',
    ],
  ])('does not believe a router that shows %s', async (_, shares, seen, message) => {
    world.readBack = () => seen;
    await expect(shift({}, { shares })).rejects.toMatchObject({
      code: 'traffic_not_applied',
      message,
    });
  });

  it('refuses a ring for a version that does not run, though it has no weight', async () => {
    const shares = [withRules[0]!, { ...withRules[1]!, version: '1.2.0' }];
    await expect(shift({}, { shares })).rejects.toMatchObject({ code: 'version_not_ready' });
  });

  it('takes everything away with an empty set', async () => {
    expect(await shift({})).toEqual([]);
  });

  it('needs a router', async () => {
    await expect(
      shift({ '1.0.0': 100 }, { place: { ...place, router: null } }),
    ).rejects.toMatchObject({
      code: 'settings_invalid',
    });
  });

  it('reads what the router does now', async () => {
    world.shares = [{ version: '1.0.0', weight: 100 }];
    const { readTraffic } = trafficActivities(world.providers);
    expect(await env().run(readTraffic, place)).toEqual(world.shares);
  });
});
