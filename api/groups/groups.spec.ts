import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLiveApi, type LiveApi } from '../../test/support/live-api.ts';

const path = '/api/v1/groups';
const yaml = { 'content-type': 'application/yaml' };
const file = (version: string) => `group: checkout
applications:
  payments:
    version: { name: ${version}, artifact: 'registry/payments:${version}' }
  orders:
    version: { name: ${version}, artifact: 'registry/orders:${version}' }
    after: [payments]
`;

describe('api/groups', () => {
  let api: LiveApi;
  beforeAll(async () => {
    api = await openLiveApi();
  });
  afterAll(() => api.close());
  const send = (to: string, body: string, headers: Record<string, string> = {}) =>
    api.send('POST', to, { headers: { ...yaml, ...headers }, body });

  it('tells everything that speaks against it before anything begins', async () => {
    const wrong = await send(path, file('1.0.0').replace('[payments]', '[payment]'));
    expect(wrong.json()).toMatchObject({
      code: 'spec_invalid',
      errors: [{ path: 'applications.orders.after.0', line: 7 }],
    });
    await api.apply('payments');
    const refused = await send(path, file('1.0.0'));
    expect(refused.json()).toMatchObject({
      code: 'plan_refused',
      errors: [{ path: 'applications.orders', message: expect.stringContaining('orders') }],
    });
    expect((await api.get(`${path}/checkout`)).json()).toMatchObject({ code: 'group_unknown' });
    expect((await api.get(`${path}/Check_out`)).status).toBe(404);
  });

  it('releases once for a key, is busy meanwhile, and goes back as one', async () => {
    for (const name of ['payments', 'orders']) {
      expect((await api.apply(name)).status).toBe(200);
      const first = await api.release(name, '1.0.0');
      await api.until(first, ({ outcome }) => outcome === 'succeeded');
    }
    const plan = await send(`${path}/plan`, file('2.0.0'));
    expect(plan.json()).toMatchObject({ layers: [['payments'], ['orders']] });

    api.world.verdictFor = ({ place }) => (place.application === 'orders' ? 'never' : 'pass');
    const key = { 'idempotency-key': 'build-7' };
    const started = await send(`${path}?reason=sprint%2012`, file('2.0.0'), key);
    expect(started.json()).toMatchObject({
      repeated: false,
      reason: 'sprint 12',
      stage: 'forward',
    });
    const again = await send(`${path}?reason=sprint%2012`, file('2.0.0'), key);
    expect(again.json()).toMatchObject({ repeated: true, startedAt: started.json().startedAt });
    expect((await send(path, file('2.0.0'))).json()).toMatchObject({ code: 'group_busy' });

    await api.until('orders:2', ({ rollouts }) => rollouts['orders-eu']?.stage === 'bake');
    expect((await api.get('/api/v1/releases/payments:2')).json()).toMatchObject({
      wait: { key: 'group', for: 'the other applications of group checkout' },
    });
    const back = await api.post(`${path}/checkout/rollback`, { reason: 'totals are wrong' });
    expect(back.status).toBe(200);
    await api.until('payments:2', ({ outcome }) => outcome === 'rolled_back');
    const ended = async () => (await api.get(`${path}/checkout`)).json();
    await expect.poll(ended, { timeout: 20_000 }).toMatchObject({
      stage: 'ended',
      outcome: 'rolled_back',
      cause: expect.stringContaining('totals are wrong'),
    });
    const list = async () => (await api.get(path)).json().items;
    await expect.poll(list, { timeout: 20_000 }).toEqual([await ended()]);
    expect((await api.post(`${path}/checkout/rollback`)).json()).toMatchObject({
      code: 'action_refused',
    });
    await api.stopWorker();
    expect(await ended()).toMatchObject({ stage: 'ended', outcome: 'rolled_back' });
    await api.startWorker();
  });
});
