import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLiveApi, type LiveApi } from '../../test/support/live-api.ts';

describe('api/estate', () => {
  let api: LiveApi;
  beforeAll(async () => {
    api = await openLiveApi();
  });
  afterAll(() => api.close());

  it('stops everything and resumes it, on record, over a restart of the worker', async () => {
    const path = '/api/v1/estate';
    expect((await api.get(path)).json()).toMatchObject({ revision: 0, stop: null });
    expect((await api.post(`${path}/resume`)).json()).toMatchObject({ code: 'action_refused' });
    expect((await api.post(`${path}/stop`, {})).json()).toMatchObject({
      code: 'request_invalid',
      errors: [{ path: 'reason' }],
    });

    const key = { 'idempotency-key': 'once' };
    const stop = await api.post(`${path}/stop`, { reason: 'DNS is down' }, key);
    expect(stop.json()).toMatchObject({ revision: 1, stop: { reason: 'DNS is down' } });
    const again = await api.post(`${path}/stop`, { reason: 'DNS is down' }, key);
    expect(again.json()).toEqual(stop.json());
    expect((await api.post(`${path}/stop`, { reason: 'again' })).json()).toMatchObject({
      status: 409,
      detail: expect.stringContaining('stopped already'),
    });

    await api.apply('shop');
    const id = await api.release('shop', '1.0.0');
    await api.until(id, ({ wait }) => wait?.key === 'stop');
    await api.stopWorker();
    await api.startWorker();
    expect(api.world.deploys).toEqual([]);

    const resume = await api.post(`${path}/resume`, { reason: 'it is back' });
    expect(resume.json()).toMatchObject({ revision: 2, stop: null, log: [{}, {}] });
    await api.until(id, ({ outcome }) => outcome === 'succeeded');
    const recorded = await api.journal.entriesAfter(0, 100, '*');
    expect(recorded.map(({ event }) => event.type)).toEqual(['estate.stopped', 'estate.resumed']);
  });
});
