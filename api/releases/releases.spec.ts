import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openLiveApi, type LiveApi } from '../../test/support/live-api.ts';
import type { Answer } from '../../test/support/api.ts';
import * as schemas from './releases.schemas.ts';

const base = '/api/v1/releases';

/** Status, code and detail of a problem. */
function problem(answer: Answer): [number, string, string] {
  const { code, detail } = answer.json() as { code: string; detail: string };
  return [answer.status, code, detail];
}

describe('api/releases', () => {
  let api: LiveApi;
  beforeAll(async () => {
    api = await openLiveApi({
      CRESCENDO_TOKENS: 'jane:jane-token,bot:bot-token',
      CRESCENDO_TEMPORAL_DEADLINE_MS: '2000',
    });
  });
  afterAll(() => api.close());
  beforeEach(() => {
    api.world.verdictFor = () => 'pass';
  });

  let applications = 0;
  /** A release that bakes at 10 % for as long as it may. */
  async function baking(): Promise<string> {
    applications += 1;
    const application = `app-${applications}`;
    await api.apply(application);
    await api.until(await api.release(application, '1.0.0'), ({ stage }) => stage === 'ended');
    api.world.verdictFor = () => 'never';
    const id = await api.release(application, '1.1.0');
    await api.until(id, ({ rollouts }) => rollouts[`${application}-eu`]?.stage === 'bake');
    return id;
  }
  const act = (id: string, action: string, body?: object, headers: Record<string, string> = {}) =>
    api.post(`${base}/${id}/${action}`, body, headers);

  describe('actions', () => {
    it('are carried out by who the token says, and answered with the progress', async () => {
      const id = await baking();
      const body = { reason: 'looks odd' };
      const answer = await act(id, 'pause', body, {
        authorization: 'Bearer bot-token',
        'x-crescendo-channel': 'cli',
        'x-crescendo-actor': 'somebody',
      });
      const progress = schemas.releaseAnswer.parse(answer.json());

      expect(answer.status).toBe(200);
      expect(progress.paused).toBe(true);
      expect(progress.actions).toMatchObject([
        {
          action: 'pause',
          by: { id: 'bot', channel: 'cli' },
          reason: 'looks odd',
          environment: null,
        },
      ]);
      expect(progress.allowedActions).toEqual(['resume', 'promote', 'rollback', 'abort']);
      expect(progress.links.self).toBe(`/api/v1/releases/${id}`);
      expect(progress.links.temporal).toBeNull();
    });

    it('are refused with the reason', async () => {
      const id = await baking();
      const answers = [
        await act(id, 'resume'),
        await act(id, 'approve'),
        await act(id, 'skip'),
        await act(id, 'retry'),
        await act(id, 'promote', { step: 2 }),
        await act(id, 'pause', { environment: 'mars' }),
      ];

      expect(answers.map(problem)).toEqual([
        [409, 'action_refused', 'cannot resume: it is not paused'],
        [409, 'action_refused', 'cannot approve: no gate is open'],
        [409, 'action_refused', 'cannot skip: skipping needs a reason'],
        [409, 'action_refused', 'cannot retry: nothing has failed that could be tried again'],
        [409, 'action_refused', expect.stringContaining('step 2 is over') as string],
        [
          409,
          'action_refused',
          expect.stringContaining('environment "mars" has no rollout') as string,
        ],
      ]);
    });

    it('are carried out once for one key, and anew for another request', async () => {
      const id = await baking();
      const headers = { 'idempotency-key': 'click-1' };
      const [first, again] = [
        await act(id, 'pause', {}, headers),
        await act(id, 'pause', {}, headers),
      ];
      const fresh = await act(id, 'pause');
      const other = await act(id, 'resume', {}, headers);

      expect([first.status, again.status]).toEqual([200, 200]);
      expect(again.json().actions).toHaveLength(1);
      expect(problem(fresh)).toEqual([409, 'action_refused', 'cannot pause: it is paused already']);
      expect([other.status, other.json().paused]).toEqual([200, false]);
    });

    it('take a release back, after which it has ended', async () => {
      const id = await baking();
      const answer = await act(id, 'rollback', { reason: 'errors' });
      const ended = await api.until(id, ({ stage }) => stage === 'ended');
      const late = await act(id, 'promote');

      expect(answer.status).toBe(200);
      expect(ended).toMatchObject({ outcome: 'rolled_back', allowedActions: [] });
      expect(problem(late)).toEqual([
        410,
        'release_ended',
        `release ${id} has ended: ${ended.sentence}`,
      ]);
    });

    it('promote to the end', async () => {
      const id = await baking();
      api.world.verdictFor = () => 'pass';
      await act(id, 'promote', { full: true });
      const ended = await api.until(id, ({ stage }) => stage === 'ended');

      expect(ended.outcome).toBe('succeeded');
    });
  });

  it.each([
    ['GET', ''],
    ['GET', '/timeline'],
    ['GET', '/measurements'],
    ['GET', '/events'],
    ['POST', '/pause'],
  ] as const)('knows when there is no such release: %s %s', async (method, path) => {
    const answer = await api.send(method, `${base}/nobody:1${path}`);

    expect(problem(answer)).toEqual([404, 'release_unknown', 'there is no release nobody:1']);
  });

  it('tells what happened, page by page', async () => {
    const id = await baking();
    const all = schemas.timelineAnswer.parse((await api.get(`${base}/${id}/timeline`)).json());
    const first = schemas.timelineAnswer.parse(
      (await api.get(`${base}/${id}/timeline?limit=3`)).json(),
    );
    const rest = await api.get(`${base}/${id}/timeline?after=${first.cursor}`);

    expect(all.items[0]?.event).toMatchObject({ type: 'release.submitted', by: { id: 'jane' } });
    expect(all.cursor).toBeNull();
    expect(first.items).toEqual(all.items.slice(0, 3));
    expect(rest.json().items).toEqual(all.items.slice(3));
  });

  it('tells what was measured', async () => {
    const id = await baking();
    const [application = '', number] = id.split(':');
    const measurement = (environment: string, at: string) => ({
      application,
      release: Number(number),
      environment,
      bake: `${environment}-1`,
      index: 0,
      at,
      weight: 10,
      evidence: [],
    });
    const [eu, us] = [
      measurement('eu', '2026-11-23T12:00:00.000Z'),
      measurement('us', '2026-11-23T12:00:10.000Z'),
    ];
    await api.journal.appendMeasurements([eu, us]);
    const read = async (query: string) => {
      const answer = await api.get(`${base}/${id}/measurements${query}`);
      return schemas.measurementsAnswer.parse(answer.json()).items;
    };

    expect(await read('')).toEqual([eu, us]);
    expect(await read('?environment=us')).toEqual([us]);
    expect(await read('?after=2026-11-23T13:00:05%2B01:00')).toEqual([us]);
    expect(await read('?limit=1')).toEqual([eu]);
  });

  it('lists releases, filtered and page by page', async () => {
    const [application = ''] = (await baking()).split(':');
    const list = async (query: string) =>
      schemas.listAnswer.parse(
        (await api.get(`${base}?application=${application}${query}`)).json(),
      );
    const first = await list('&limit=1');
    const ids = async (query: string) => (await list(query)).items.map(({ id }) => id);

    expect(await ids('')).toEqual([`${application}:2`, `${application}:1`]);
    expect(await ids('&active=true')).toEqual([`${application}:2`]);
    expect(await ids('&active=false')).toEqual([`${application}:1`]);
    expect(await ids('&outcome=succeeded')).toEqual([`${application}:1`]);
    expect(await ids('&outcome=rejected')).toEqual([]);
    expect(first.items.map(({ id }) => id)).toEqual([`${application}:2`]);
    expect(await ids(`&limit=1&cursor=${first.cursor}`)).toEqual([`${application}:1`]);
    const wrong = await api.get(`${base}?cursor=nonsense`);
    expect(problem(wrong).slice(0, 2)).toEqual([400, 'request_invalid']);
  });

  it('without a worker reads on, and says why it cannot act', async () => {
    const id = await baking();
    await api.stopWorker();
    const read = await api.get(`${base}/${id}`);
    const paused = await act(id, 'pause', {}, { 'idempotency-key': 'later' });
    const applied = await api.apply('unheard');
    const listed = await api.get('/api/v1/applications');
    await api.startWorker();
    // Temporal looks for the worker that is gone for a while; clients repeat what was not answered.
    let again = paused;
    for (let attempt = 0; attempt < 10 && again.status === 503; attempt += 1) {
      again = await act(id, 'pause', {}, { 'idempotency-key': 'later' });
    }

    expect([read.status, read.json().id]).toEqual([200, id]);
    expect(problem(paused)).toEqual([
      503,
      'no_worker',
      'no worker answered within 2000 ms; it may still be carried out when one comes, so repeat it with the same Idempotency-Key',
    ]);
    expect([applied, listed].map((answer) => problem(answer).slice(0, 2))).toEqual([
      [503, 'no_worker'],
      [503, 'no_worker'],
    ]);
    expect([again.status, again.json().paused]).toEqual([200, true]);
    expect(again.json().actions).toHaveLength(1);
  });
});
