import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { holdRouter } from '../support/e2e/hold-router.ts';
import { completedShifts, untilScheduled } from '../support/e2e/history.ts';
import { expectKept } from '../support/e2e/promises.ts';
import { openShop } from '../support/e2e/shop.ts';
import { openStack, type Answer, type E2eStack } from '../support/e2e/stack.ts';

let e2e: E2eStack;

beforeAll(async () => {
  e2e = await openStack();
});
afterAll(async () => {
  expect(await e2e?.stop()).toEqual([]);
});

const bake = { min: '3s', max: '2m' };

/** Repeats a request until somebody answers it. */
async function insist(request: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await request().catch(() => null);
    if (answer && answer.status < 500) return answer;
    await sleep(50);
  }
}

describe('test/e2e/killed-servers', () => {
  it('API, while it carries requests out: repeated with the same key they count once', async () => {
    const patient = { min: '2m', max: '5m' };
    const shop = await openShop(e2e, { application: 'api', bake: patient, steps: [20, 100] });
    const body = { version: shop.version('1.1.0') };
    const submit = () => e2e.send('POST', '/applications/api/releases', body, { key: 'one' });
    const first = submit().catch(() => null);
    e2e.stack.api.kill();
    await first;
    expect(await insist(submit)).toMatchObject({ status: 202, body: { id: 'api:2' } });
    const id = 'api:2';
    await e2e.untilEvent(id, ({ type }) => type === 'bake.started');
    for (const [index, delay] of [0, 10, 40].entries()) {
      const action = index % 2 === 0 ? 'pause' : 'resume';
      const act = () => e2e.act(id, action, {}, { key: `key-${index}` });
      const attempt = act().catch(() => null);
      await sleep(delay);
      e2e.stack.api.kill();
      await attempt;
      expect((await insist(act)).status).toBe(200);
    }
    expect((await e2e.act(id, 'promote', { step: 1 })).status).toBe(200);
    await e2e.until(id, ({ rollouts }) => rollouts['production']?.weight === 100);
    await e2e.until(id, ({ rollouts }) => rollouts['production']?.stage === 'bake');
    expect((await e2e.act(id, 'promote', { step: 2 })).status).toBe(200);
    expect(await e2e.ended(id, 120_000)).toMatchObject({ outcome: 'succeeded' });
    const { entries } = await expectKept(e2e, id, { final: { '1.1.0': 100 } });
    const actions = entries.flatMap(({ event }) =>
      event.type === 'action.accepted' ? event.action : [],
    );
    expect(actions).toEqual(['pause', 'resume', 'pause', 'promote', 'promote']);
    const { body: list } = await e2e.send('GET', '/releases?application=api');
    expect(list.items).toHaveLength(2);
  });

  it('Temporal, while a step is watched: the release goes on where it was', async () => {
    const shop = await openShop(e2e, { application: 'temporal', bake });
    const id = await shop.release('1.1.0');
    await e2e.untilEvent(id, ({ type }) => type === 'bake.started');
    await sleep(1_000);
    e2e.stack.temporal?.kill();
    expect(await e2e.ended(id, 120_000)).toMatchObject({ outcome: 'succeeded' });
    const { steps } = await expectKept(e2e, id, { final: { '1.1.0': 100 } });
    expect(steps).toEqual([20, 50, 100]);
    expect(await completedShifts(e2e, id, '1.1.0')).toEqual([0, 20, 50, 100, 100]);
  });

  it('Temporal, while it rolls back: it is rolled back all the same', async () => {
    const shop = await openShop(e2e, { application: 'temporal-back' });
    const id = await shop.release('1.1.0', 'bad');
    await e2e.untilEvent(id, ({ type }) => type === 'bake.started');
    const release = await holdRouter(e2e);
    await e2e.untilEvent(id, ({ type }) => type === 'rollback.started');
    e2e.stack.temporal?.kill();
    await release();
    expect(await e2e.ended(id, 120_000)).toMatchObject({ outcome: 'rolled_back' });
    const { steps } = await expectKept(e2e, id, { final: { '1.0.0': 100 } });
    expect(steps).toEqual([20]);
  });

  it('Envoy, while a step is watched: it has the same weights again, and nothing passes unseen', async () => {
    const shop = await openShop(e2e, { application: 'envoy', bake });
    const id = await shop.release('1.1.0');
    await e2e.untilEvent(id, ({ type }) => type === 'bake.started');
    await sleep(1_000);
    const before = await e2e.weights(shop.site);
    expect(before).toEqual({ '1.0.0': 80, '1.1.0': 20 });
    e2e.stack.envoy.kill();
    await expect.poll(() => e2e.weights(shop.site).catch(() => null)).toEqual(before);
    expect(await e2e.ended(id, 120_000)).toMatchObject({ outcome: 'succeeded' });
    const { entries, steps } = await expectKept(e2e, id, { final: { '1.1.0': 100 } });
    expect(steps).toEqual([20, 50, 100]);
    for (const { event } of entries) {
      if (event.type !== 'bake.finished') continue;
      expect(event.verdict).toMatchObject({ verdict: 'pass', cause: 'ok' });
      for (const { finding, requests } of event.verdict.evidence) {
        expect(finding).toBe('ok');
        expect(requests).toBeGreaterThanOrEqual(10);
      }
    }
  });

  it('Envoy, while traffic is shifted: the step is taken when it is back', async () => {
    const shop = await openShop(e2e, { application: 'envoy-shift', steps: [20, 100] });
    const id = await shop.release('1.1.0');
    await untilScheduled(e2e, id, 'bake', 1);
    const release = await holdRouter(e2e);
    await untilScheduled(e2e, id, 'shiftTraffic', 3);
    e2e.stack.envoy.kill();
    await release();
    expect(await e2e.ended(id, 120_000)).toMatchObject({ outcome: 'succeeded' });
    const { steps } = await expectKept(e2e, id, { final: { '1.1.0': 100 } });
    expect(steps).toEqual([20, 100]);
  });

  it('the journal, twice: the release goes on, and its record is complete afterwards', async () => {
    const shop = await openShop(e2e, { application: 'journal', bake });
    const id = await shop.release('1.1.0');
    await e2e.untilEvent(id, ({ type }) => type === 'bake.started');
    e2e.stack.journal?.kill();
    await e2e.untilEvent(id, ({ type }) => type === 'bake.finished');
    e2e.stack.journal?.kill();
    expect(await e2e.ended(id, 120_000)).toMatchObject({ outcome: 'succeeded' });
    const { steps, bakes } = await expectKept(e2e, id, { final: { '1.1.0': 100 } });
    expect(steps).toEqual([20, 50, 100]);
    for (const { recorded, looks } of bakes) expect(recorded).toBe(looks);
  });

  it('a journal that hangs keeps nobody from going back', async () => {
    const shop = await openShop(e2e, { application: 'hanging' });
    const id = await shop.release('1.1.0', 'bad');
    await e2e.untilEvent(id, ({ type }) => type === 'bake.started');
    const pid = e2e.stack.journal?.pid();
    process.kill(pid!, 'SIGSTOP');
    onTestFinished(() => void process.kill(pid!, 'SIGCONT'));
    await expect.poll(() => e2e.weights(shop.site), { timeout: 15_000 }).toEqual({ '1.0.0': 100 });
    process.kill(pid!, 'SIGCONT');
    expect(await e2e.ended(id, 120_000)).toMatchObject({ outcome: 'rolled_back' });
    const { steps } = await expectKept(e2e, id, { final: { '1.0.0': 100 } });
    expect(steps).toEqual([20]);
  });
});
