import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLiveApi, type LiveApi } from '../../test/support/live-api.ts';
import * as schemas from './holds.schemas.ts';

describe('api/holds', () => {
  let api: LiveApi;
  const path = '/api/v1/applications/held';
  beforeAll(async () => {
    api = await openLiveApi();
    await api.apply('held');
  });
  afterAll(() => api.close());

  it('puts a hold up, shows it, and lifts it once', async () => {
    const placed = await api.post(`${path}/holds`, { reason: 'migration', for: '2h' });
    expect(placed.status).toBe(201);
    const hold = schemas.holdAnswer.parse(placed.json());
    expect(hold).toMatchObject({ id: 'hold-1', kind: 'hold', reason: 'migration' });
    expect(Date.parse(hold.to) - Date.parse(hold.from)).toBeGreaterThan(7_100_000);

    const shown = schemas.holdsAnswer.parse((await api.get(`${path}/holds`)).json());
    expect(shown).toMatchObject({ holds: [{ id: 'hold-1' }], freezes: [] });
    const lift = () => api.post(`${path}/holds/hold-1/lift`, { reason: 'done' });
    expect((await lift()).status).toBe(200);
    const again = await lift();
    expect([again.status, again.json().code]).toEqual([404, 'hold_unknown']);
    expect((await api.get(`${path}/holds`)).json()).toMatchObject({ holds: [], freezes: [] });
  });

  it('puts a freeze up in the zone it is dated in', async () => {
    const dates = { from: '2030-12-24', to: '2030-12-26', timezone: 'Europe/Berlin' };
    const placed = await api.post(`${path}/freezes`, { reason: 'holidays', ...dates });
    expect(placed.json()).toMatchObject({
      kind: 'freeze',
      from: '2030-12-23T23:00:00.000Z',
      to: '2030-12-26T23:00:00.000Z',
    });
    const planned = await api.post(`${path}/plan`, { version: { name: '1', artifact: 'x' } });
    expect(planned.json().calendar[0].openings).toEqual([
      { from: expect.any(String), to: '2030-12-23T23:00:00.000Z' },
      { from: '2030-12-26T23:00:00.000Z', to: null },
    ]);
  });

  it('the same key puts up one hold', async () => {
    const headers = { 'idempotency-key': 'bot-1', 'content-type': 'application/json' };
    const body = JSON.stringify({ reason: 'twice', for: '1h' });
    const both = [
      await api.send('POST', `${path}/holds`, { headers, body }),
      await api.send('POST', `${path}/holds`, { headers, body }),
    ];
    expect(both.map((answer) => answer.json().id)).toEqual([
      both[0]!.json().id,
      both[0]!.json().id,
    ]);
  });

  it.each([
    ['holds', {}, 'reason'],
    ['holds', { reason: 'x', for: '31d' }, 'for'],
    ['holds', { reason: 'x', until: 'noon' }, 'until'],
    ['freezes', { reason: 'x', from: '2030-02-30', to: '2030-03-01' }, 'from'],
    ['freezes', { reason: 'x', from: '2030-03-02', to: '2030-03-01' }, 'to'],
    [
      'freezes',
      { reason: 'x', from: '2030-03-01', to: '2030-03-02', timezone: 'Mars' },
      'timezone',
    ],
  ])('%s %j: names the field %s', async (kind, body, field) => {
    const answer = await api.post(`${path}/${kind}`, body);
    expect([answer.status, answer.json().code]).toEqual([400, 'request_invalid']);
    expect(JSON.stringify(answer.json().errors)).toContain(field);
  });

  it('refuses what would be over already, and unknown environments', async () => {
    const past = { reason: 'x', from: '2020-01-01', to: '2020-01-02' };
    const elsewhere = { reason: 'x', environments: ['mars'] };
    const answers = [
      await api.post(`${path}/freezes`, past),
      await api.post(`${path}/holds`, elsewhere),
    ];
    expect(answers.map((answer) => answer.status)).toEqual([400, 400]);
    expect(answers[1]?.json().detail).toContain('no environment is called "mars"');
  });
});
