import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completedShifts, retriesOf, untilScheduled } from '../support/e2e/history.ts';
import { holdRouter } from '../support/e2e/hold-router.ts';
import { expectKept } from '../support/e2e/promises.ts';
import { openShop } from '../support/e2e/shop.ts';
import { openStack, type E2eStack } from '../support/e2e/stack.ts';

let e2e: E2eStack;

beforeAll(async () => {
  e2e = await openStack();
});
afterAll(async () => {
  expect(await e2e?.stop()).toEqual([]);
});

describe('test/e2e/killed-worker', () => {
  it('while it watches a step: another one goes on watching where it stopped', async () => {
    const shop = await openShop(e2e, {
      application: 'mid-bake',
      steps: [20, 100],
      bake: { min: '4s', max: '2m' },
    });
    const id = await shop.release('1.1.0');
    await e2e.untilEvent(id, ({ type }) => type === 'bake.started');
    await sleep(2_000);
    e2e.stack.worker.kill();
    expect(await e2e.ended(id, 120_000)).toMatchObject({ outcome: 'succeeded' });
    const { steps, bakes } = await expectKept(e2e, id, { final: { '1.1.0': 100 } });
    expect(steps).toEqual([20, 100]);
    expect(bakes).toHaveLength(2);
    expect(await retriesOf(e2e, id, 'bake')).toBe(1);
    expect(await completedShifts(e2e, id, '1.1.0')).toEqual([0, 20, 100, 100]);
    const [killed, quiet] = bakes;
    expect(quiet?.recorded).toBe(quiet?.looks);
    // A look that was recorded, and whose heartbeat was not yet sent, is not judged.
    expect(killed!.recorded - killed!.looks).toBeGreaterThanOrEqual(0);
    expect(killed!.recorded - killed!.looks).toBeLessThanOrEqual(3);
  });

  it('while it shifts and rolls back three releases: every step is taken once', async () => {
    const open = ['one', 'two', 'three'].map((application) =>
      openShop(e2e, { application, bake: { min: '4s', max: '2m' } }),
    );
    const shops = await Promise.all(open);
    const ids = await Promise.all(shops.map((shop) => shop.release('1.1.0')));
    for (const [index, delay] of [40, 160].entries()) {
      await Promise.all(ids.map((id) => untilScheduled(e2e, id, 'bake', index + 1)));
      const release = await holdRouter(e2e);
      await Promise.all(ids.map((id) => untilScheduled(e2e, id, 'shiftTraffic', index + 3)));
      // Now they take turns: the kill finds them done, half way and waiting.
      await release();
      await sleep(delay);
      e2e.stack.worker.kill();
    }
    let hit = 0;
    for (const id of ids) {
      expect(await e2e.ended(id, 120_000)).toMatchObject({ outcome: 'succeeded' });
      hit += await retriesOf(e2e, id, 'shiftTraffic');
      const { steps } = await expectKept(e2e, id, { final: { '1.1.0': 100 } });
      expect(steps).toEqual([20, 50, 100]);
      expect(await completedShifts(e2e, id, '1.1.0')).toEqual([0, 20, 50, 100, 100]);
    }
    // Of each three that took turns at least the last had not had its own.
    expect(hit).toBeGreaterThanOrEqual(2);

    const bad = await Promise.all(shops.map((shop) => shop.release('1.2.0', 'bad')));
    await Promise.all(bad.map((id) => untilScheduled(e2e, id, 'bake', 1)));
    const release = await holdRouter(e2e);
    const turned = bad.map((id) => e2e.untilEvent(id, ({ type }) => type === 'rollback.started'));
    await Promise.all(turned);
    await release();
    await sleep(80);
    e2e.stack.worker.kill();
    hit = 0;
    for (const id of bad) {
      expect(await e2e.ended(id, 120_000)).toMatchObject({ outcome: 'rolled_back' });
      const { steps, entries } = await expectKept(e2e, id, { final: { '1.1.0': 100 } });
      expect(steps).toEqual([20]);
      const backs = entries.filter(({ event }) => event.type === 'rollback.started');
      expect(backs).toHaveLength(1);
      hit += await retriesOf(e2e, id, 'shiftTraffic');
    }
    expect(hit).toBeGreaterThanOrEqual(1);
  });

  it('asked to end while it watches (a new worker version): the release goes on at once', async () => {
    const shop = await openShop(e2e, { application: 'rolling', bake: { min: '3s', max: '2m' } });
    const id = await shop.release('1.1.0');
    await e2e.untilEvent(id, ({ type }) => type === 'bake.started');
    await sleep(1_000);
    process.kill(e2e.stack.worker.pid()!, 'SIGTERM');
    expect(await e2e.ended(id, 120_000)).toMatchObject({ outcome: 'succeeded' });
    const { steps } = await expectKept(e2e, id, { final: { '1.1.0': 100 } });
    expect(steps).toEqual([20, 50, 100]);
  });
});
