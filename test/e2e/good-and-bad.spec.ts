import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTraffic } from '../../demo/traffic.ts';
import { stablePort } from '../support/e2e/ports.ts';
import { expectKept } from '../support/e2e/promises.ts';
import { aVersion, shopSpec } from '../support/e2e/shop.ts';
import { openStack, type E2eStack } from '../support/e2e/stack.ts';

let e2e: E2eStack;

beforeAll(async () => {
  e2e = await openStack();
  const port = await stablePort();
  const traffic = startTraffic(port, 100);
  e2e.onStop(() => traffic.stop());
  await e2e.apply(shopSpec({ port, withStaging: true }));
});

afterAll(async () => {
  expect(await e2e?.stop()).toEqual([]);
});

describe('test/e2e/good-and-bad', () => {
  it('takes a first version to everybody', async () => {
    const id = await e2e.release('shop', aVersion('1.0.0'));
    const release = await e2e.ended(id);
    expect(release.outcome).toBe('succeeded');
    const { steps } = await expectKept(e2e, id, { final: { '1.0.0': 100 } });
    expect(steps).toEqual([100]);
    // Production and staging.
    expect(e2e.versions()).toHaveLength(2);
  });

  it('takes a good version through CI, staging and every step, and retires the old one', async () => {
    const id = await e2e.release('shop', aVersion('1.1.0'));
    const release = await e2e.ended(id);
    expect(release).toMatchObject({
      outcome: 'succeeded',
      checks: [{ check: 'command', state: 'passed' }],
      rollouts: {
        staging: { outcome: 'finished', live: '1.1.0' },
        production: { outcome: 'finished', live: '1.1.0', stable: '1.0.0', peak: 100 },
      },
    });
    expect(release.rollouts['staging']?.tests.map(({ name, passed }) => [name, passed])).toEqual([
      ['smoke', true],
      ['purchase', true],
    ]);
    const { steps, bakes, entries } = await expectKept(e2e, id, { final: { '1.1.0': 100 } });
    expect(steps).toEqual([20, 50, 100]);
    expect(bakes).toHaveLength(3);
    for (const { recorded, looks } of bakes) expect(recorded).toBe(looks);
    const stages = entries.flatMap(({ event }) =>
      event.type === 'stage.entered' ? event.stage : [],
    );
    expect(stages).toEqual(['verify', 'staging', 'production']);
    expect(e2e.versions()).toHaveLength(2);
  });

  it('rolls a bad version back in its first step, and keeps it out', async () => {
    const id = await e2e.release('shop', aVersion('1.2.0', 'bad'));
    const release = await e2e.ended(id);
    expect(release).toMatchObject({
      outcome: 'rolled_back',
      rollouts: { production: { outcome: 'rolled_back', peak: 20, live: '1.1.0' } },
    });
    expect(release.quarantined).toContain('errors');
    const { steps } = await expectKept(e2e, id, { final: { '1.1.0': 100 } });
    expect(steps).toEqual([20]);
    expect(e2e.versions()).toHaveLength(2);

    const body = { version: aVersion('1.2.0', 'bad') };
    const again = await e2e.send('POST', '/applications/shop/releases', body);
    expect(again.status).toBe(409);
    expect(again.body).toMatchObject({ code: 'version_quarantined' });
  });
});
