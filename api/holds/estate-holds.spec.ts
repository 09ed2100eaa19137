import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLiveApi, type LiveApi } from '../../test/support/live-api.ts';
import * as schemas from './holds.schemas.ts';

describe('api/holds: over all applications', () => {
  let api: LiveApi;
  const path = '/api/v1/estate';
  beforeAll(async () => {
    api = await openLiveApi();
    await api.apply('shop');
  });
  afterAll(() => api.close());

  const listed = async () =>
    schemas.estateHoldsAnswer.parse((await api.get(`${path}/holds`)).json()).holds;

  it('a release waits for one, over a restart of the worker, and goes on when it is lifted', async () => {
    expect(await listed()).toEqual([]);
    const body = { reason: 'stock count', for: '2h' };
    const key = { 'idempotency-key': 'once' };
    const placed = await api.post(`${path}/holds`, body, key);
    expect([placed.status, placed.json()]).toMatchObject([
      201,
      { id: 'all-1', kind: 'hold', everywhere: true, reason: 'stock count' },
    ]);
    expect((await api.post(`${path}/holds`, body, key)).json()).toEqual(placed.json());
    expect(await listed()).toHaveLength(1);

    const id = await api.release('shop', '1.0.0');
    const waiting = await api.until(id, ({ rollouts }) => rollouts['shop-eu']?.wait);
    expect(waiting.rollouts['shop-eu'].wait).toMatchObject({
      key: 'hold',
      until: placed.json().to,
    });
    await api.stopWorker();
    await api.startWorker();
    expect(await listed()).toMatchObject([{ id: 'all-1' }]);

    const lift = () => api.post(`${path}/holds/all-1/lift`, { reason: 'counted' });
    expect((await lift()).json()).toMatchObject({ id: 'all-1' });
    await api.until(id, ({ outcome }) => outcome === 'succeeded');
    const again = await lift();
    expect([again.status, again.json().code]).toEqual([404, 'hold_unknown']);
    const recorded = await api.journal.entriesAfter(0, 100, '*');
    expect(recorded.map(({ event }) => event.type)).toEqual(['hold.placed', 'hold.lifted']);
    expect((await api.get(path)).json()).toMatchObject({
      holds: [],
      log: [{ type: 'hold.placed', hold: 'all-1' }, { reason: 'counted' }],
    });
  });

  it('plans show a freeze, and the holds of an application those that bind it', async () => {
    const dates = { from: '2030-11-29', to: '2030-12-01', timezone: 'Europe/Berlin' };
    const freeze = { reason: 'Black Friday', ...dates, environments: ['shop-eu'] };
    expect((await api.post(`${path}/freezes`, freeze)).json()).toMatchObject({
      kind: 'freeze',
      from: '2030-11-28T23:00:00.000Z',
    });
    await api.post(`${path}/freezes`, { reason: 'other', ...dates, labels: { tier: '1' } });
    const shop = '/api/v1/applications/shop';
    const planned = await api.post(`${shop}/plan`, { version: { name: '2', artifact: 'x' } });
    expect(planned.json().calendar[0].openings).toEqual([
      { from: expect.any(String), to: '2030-11-28T23:00:00.000Z' },
      { from: '2030-12-01T23:00:00.000Z', to: null },
    ]);
    const { holds, everywhere } = schemas.holdsAnswer.parse(
      (await api.get(`${shop}/holds`)).json(),
    );
    expect([holds, everywhere.map(({ reason }) => reason)]).toEqual([[], ['Black Friday']]);
    expect(await listed()).toHaveLength(2);
  });

  it.each([
    ['holds', {}, 'reason', 'expected string'],
    ['holds', { reason: 'x', environments: ['mars'] }, 'environments.0', 'there are: shop-eu'],
    ['freezes', { reason: 'x', from: '2030-02-30', to: '2030-03-01' }, 'from', 'there is no'],
    ['freezes', { reason: 'x', from: '2020-01-01', to: '2020-01-02' }, '', 'over already'],
  ])('%s %j: names the field %s', async (kind, body, field, sentence) => {
    const answer = await api.post(`${path}/${kind}`, body);
    expect([answer.status, answer.json().code]).toEqual([400, 'request_invalid']);
    expect(answer.text).toContain(field);
    expect(answer.text).toContain(sentence);
  });
});
