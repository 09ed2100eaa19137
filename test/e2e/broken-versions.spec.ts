import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { since } from '../../demo/traffic.ts';
import { processFile, versionFolder } from '../../providers/targets/process/store.ts';
import { retriesOf, untilScheduled } from '../support/e2e/history.ts';
import { holdRouter } from '../support/e2e/hold-router.ts';
import { expectKept } from '../support/e2e/promises.ts';
import { aVersion, openShop, type SentVersion } from '../support/e2e/shop.ts';
import { openStack, type E2eStack } from '../support/e2e/stack.ts';

let e2e: E2eStack;

beforeAll(async () => {
  e2e = await openStack();
});
afterAll(async () => {
  expect(await e2e?.stop()).toEqual([]);
});

const [sample = ''] = aVersion('any').artifact.split('@');

describe('test/e2e/broken-versions', () => {
  it.each<[string, SentVersion, RegExp]>([
    [
      'exits',
      aVersion('1.1.0', 'exits'),
      /^production: 1\.1\.0 exited with code 3 [^]*boom: no database/,
    ],
    [
      'is never ready',
      aVersion('1.1.0', 'never-ready'),
      /^production: 1\.1\.0 was not ready after 2 s: .* 500/,
    ],
    [
      'is another file than named',
      { name: '1.1.0', artifact: `${sample}@sha256:${'0'.repeat(64)}` },
      /version\.mjs has the digest sha256:[0-9a-f]{64}, not sha256:0{64}/,
    ],
    ['is missing', { name: '1.1.0', artifact: './no/such/file.mjs' }, /there is no \.\/no\/such/],
  ])('a version that %s is rejected, and nothing has changed', async (what, version, sentence) => {
    const application = what.replaceAll(' ', '-');
    const shop = await openShop(e2e, { application, readyTimeout: '2s' });
    const running = e2e.versions();
    const before = shop.traffic.counts();
    const id = await e2e.release(application, version);
    const release = await e2e.ended(id);
    expect(release).toMatchObject({ outcome: 'rejected', quarantined: null });
    expect(release.sentence).toMatch(sentence);
    expect(release.rollouts['production']).toMatchObject({ peak: 0, outcome: 'abandoned' });
    expect(e2e.versions()).toEqual(running);
    expect(await e2e.weights(shop.site)).toEqual({ '1.0.0': 100 });
    const served = since(before, shop.traffic.counts());
    expect(served).toEqual({ '1.0.0': { requests: expect.any(Number), failed: 0 } });
  });

  it('a version that dies while it is watched is rolled back', async () => {
    const shop = await openShop(e2e, { application: 'dies', bake: { min: '1m', max: '2m' } });
    const id = await shop.release('1.1.0');
    await e2e.untilEvent(id, ({ type }) => type === 'bake.started');
    await expect.poll(() => shop.traffic.counts()['1.1.0']?.requests ?? 0).toBeGreaterThan(20);
    const site = { application: 'dies', environment: 'production' };
    const file = processFile(versionFolder(e2e.stack.versions, site, '1.1.0'));
    process.kill(Number(readFileSync(file, 'utf8').split('\n')[0]), 'SIGKILL');
    const release = await e2e.ended(id);
    expect(release).toMatchObject({ outcome: 'rolled_back' });
    expect(release.quarantined).toContain('errors');
    const { steps } = await expectKept(e2e, id, { final: { '1.0.0': 100 } });
    expect(steps).toEqual([20]);
  });

  it('a version that turns bad later is rolled back from where it is', async () => {
    const shop = await openShop(e2e, { application: 'later', bake: { min: '2s', max: '2m' } });
    const release = await shop.releaseToEnd('1.1.0', 'bad-after:100');
    expect(release).toMatchObject({ outcome: 'rolled_back' });
    expect(release.rollouts['production']?.peak).toBeGreaterThan(20);
    await expectKept(e2e, release.id, { final: { '1.0.0': 100 } });
  });

  it('a router that does not answer holds a step up until it is back', async () => {
    const shop = await openShop(e2e, { application: 'waiting', steps: [20, 100] });
    const id = await shop.release('1.1.0');
    await untilScheduled(e2e, id, 'bake', 1);
    const release = await holdRouter(e2e);
    await untilScheduled(e2e, id, 'shiftTraffic', 3);
    const pid = e2e.stack.envoy.pid()!;
    process.kill(pid, 'SIGSTOP');
    onTestFinished(() => void process.kill(pid, 'SIGCONT'));
    await release();
    // Longer than the router waits for an answer.
    await sleep(6_000);
    process.kill(pid, 'SIGCONT');
    expect(await e2e.ended(id)).toMatchObject({ outcome: 'succeeded' });
    const { steps } = await expectKept(e2e, id, { final: { '1.1.0': 100 } });
    expect(steps).toEqual([20, 100]);
    expect(await retriesOf(e2e, id, 'shiftTraffic')).toBeGreaterThanOrEqual(1);
  });

  it('a router that is away says so, since when and until when, and the step is taken once it is back', async () => {
    const shop = await openShop(e2e, { application: 'away', steps: [20, 100] });
    const id = await shop.release('1.1.0');
    await untilScheduled(e2e, id, 'bake', 1);
    const release = await holdRouter(e2e);
    await untilScheduled(e2e, id, 'shiftTraffic', 3);
    const pid = e2e.stack.envoy.pid()!;
    process.kill(pid, 'SIGSTOP');
    onTestFinished(() => void process.kill(pid, 'SIGCONT'));
    await release();
    const waiting = await e2e
      .until(id, ({ rollouts }) => /tries failed/.test(rollouts['production']?.wait?.for ?? ''))
      .finally(() => process.kill(pid, 'SIGCONT'));
    expect(waiting.rollouts['production']).toMatchObject({ stage: 'shift', weight: 20 });
    expect(waiting.rollouts['production']?.wait).toMatchObject({
      key: 'delay',
      for: expect.stringContaining('the router of production to give 1.1.0 100 %'),
      until: expect.any(String),
      then: 'it is rolled back',
    });
    const ended = await e2e.ended(id);
    expect(ended).toMatchObject({ outcome: 'succeeded' });
    expect(ended.rollouts['production']?.wait).toBeNull();
    const { steps } = await expectKept(e2e, id, { final: { '1.1.0': 100 } });
    expect(steps).toEqual([20, 100]);
  });

  it('a router that does not answer holds a rollback up, which is told, until it is back', async () => {
    const shop = await openShop(e2e, { application: 'router', rollback: { deadline: '3s' } });
    const id = await shop.release('1.1.0', 'bad');
    await e2e.untilEvent(id, ({ type }) => type === 'bake.started');
    await expect.poll(() => shop.traffic.counts()['1.1.0']?.failed ?? 0).toBeGreaterThan(3);
    const pid = e2e.stack.envoy.pid();
    expect((await e2e.act(id, 'rollback', { reason: 'customers call' })).status).toBe(200);
    process.kill(pid!, 'SIGSTOP');
    const late = await e2e
      .until(id, ({ outcome }) => outcome !== null)
      .finally(() => {
        process.kill(pid!, 'SIGCONT');
      });
    expect(late).toMatchObject({ stage: 'rollback', outcome: 'rollback_failed' });
    expect(late.sentence).toContain('the rollback of production is not verified');
    const release = await e2e.ended(id);
    expect(release).toMatchObject({ outcome: 'rolled_back' });
    await expectKept(e2e, id, { final: { '1.0.0': 100 } });
  });
});
