import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLiveApi, type LiveApi } from '../../test/support/live-api.ts';
import { problemSchema } from '../problem.ts';
import * as schemas from './applications.schemas.ts';

const version = (name: string, more: object = {}) => ({
  version: { name, artifact: `registry/shop:${name}`, ...more },
});

describe('api/applications', () => {
  let api: LiveApi;
  beforeAll(async () => {
    api = await openLiveApi({
      CRESCENDO_PUBLIC_URL: 'https://crescendo.example/',
      CRESCENDO_TEMPORAL_UI: 'http://127.0.0.1:8233',
    });
  });
  afterAll(() => api.close());

  it('takes a specification over, and counts what differs', async () => {
    const answers = [
      await api.apply('shop'),
      await api.apply('shop'),
      await api.apply('shop', 'notify: []'),
    ];
    const changed = await api.apply('shop', 'concurrency: supersede');

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers.map((answer) => schemas.applyAnswer.parse(answer.json()))).toEqual([
      { application: 'shop', revision: 1, changed: true, warnings: [] },
      { application: 'shop', revision: 1, changed: false, warnings: [] },
      { application: 'shop', revision: 1, changed: false, warnings: [] },
    ]);
    expect(changed.json()).toMatchObject({ revision: 2, changed: true });
  });

  it('shows an application with its specification, lane and ledger', async () => {
    await api.apply('shown');
    const answer = schemas.applicationAnswer.parse(
      (await api.get('/api/v1/applications/shown')).json(),
    );

    expect(answer).toMatchObject({
      application: 'shown',
      revision: 1,
      spec: { production: { keepWarm: 1000 } },
      lane: { active: null, queue: [] },
      ledger: { environments: {} },
      links: {
        self: 'https://crescendo.example/api/v1/applications/shown',
        console: 'https://crescendo.example/applications/shown',
        temporal: 'http://127.0.0.1:8233/namespaces/default/workflows/application:shown',
      },
    });
  });

  it('knows when there is no such application', async () => {
    const answers = [
      await api.get('/api/v1/applications/nobody'),
      await api.post('/api/v1/applications/nobody/plan', version('1.0.0')),
      await api.post('/api/v1/applications/nobody/releases', version('1.0.0')),
      await api.post('/api/v1/applications/nobody/rollback'),
      await api.post('/api/v1/applications/nobody/quarantine/1.0.0/lift', { reason: 'x' }),
    ];

    expect(answers.map((answer) => [answer.status, answer.json().code])).toEqual(
      answers.map(() => [404, 'application_unknown']),
    );
    expect(answers[0]?.json().detail).toBe('there is no application nobody');
  });

  it('shows the next openings, and refuses a window that never opens again', async () => {
    const apply = (rrule: string) =>
      api.send('PUT', '/api/v1/applications/openings', {
        headers: { 'content-type': 'application/yaml' },
        body: `application: openings
environments:
  openings-eu:
    target: { process: { command: [node, server.mjs] } }
    router: { envoy: { port: 10080 } }
    window: { rrule: ${rrule}, timezone: Europe/Berlin, duration: 7h }
production:
  waves: [{ environments: [openings-eu] }]
  strategy: { canary: { steps: [10, 100] } }
analysis: { metrics: [{ signal: errors, from: envoy, limit: 1% }] }
`,
      });
    expect((await apply('FREQ=WEEKLY;BYDAY=MO;BYHOUR=9')).status).toBe(200);
    const path = '/api/v1/applications/openings';
    const planned = await api.post(`${path}/plan`, version('1.0.0'));
    const { calendar } = schemas.planAnswer.parse(planned.json());

    expect(calendar.map(({ environment, openings }) => [environment, openings.length])).toEqual([
      ['openings-eu', 5],
    ]);
    const opens = Date.parse(calendar[0]!.openings[0]!.from);
    const { estimate } = schemas.planAnswer.parse(planned.json());
    expect(Date.parse(estimate.earliest!)).toBeGreaterThanOrEqual(opens);
    const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
    const freeze = { from: '2020-01-01', to: day(opens + 86_400_000) };
    const asked = { ...version('1.0.0'), withFreeze: freeze };
    const frozen = schemas.planAnswer.parse((await api.post(`${path}/plan`, asked)).json());
    expect(frozen.calendar).toHaveLength(1);
    expect(Date.parse(frozen.withFreeze!.estimate.earliest!)).toBeGreaterThan(opens + 86_400_000);
    const wrong = { ...asked, withFreeze: { ...freeze, to: '2019-01-01' } };
    expect((await api.post(`${path}/plan`, wrong)).json().errors).toMatchObject([
      { path: 'withFreeze.to' },
    ]);
    await apply('FREQ=DAILY;UNTIL=20200101T000000Z');
    const refused = await Promise.all([
      api.post(`${path}/plan`, version('1.0.0')),
      api.post(`${path}/releases`, version('1.0.0')),
    ]);
    expect(refused.map((answer) => [answer.status, answer.json().detail])).toEqual(
      refused.map(() => [422, 'openings-eu: its maintenance window never opens again']),
    );
  });

  it('plans without starting anything', async () => {
    await api.apply('planned');
    const answer = await api.post('/api/v1/applications/planned/plan', version('1.0.0'));
    const { plan } = schemas.planAnswer.parse(answer.json());
    const list = await api.get('/api/v1/releases?application=planned');

    expect(plan.waves[0]?.rollouts[0]).toMatchObject({ environment: 'planned-eu', stable: null });
    expect(plan.warnings).toEqual([expect.stringMatching(/^planned-eu: first release/)]);
    expect(list.json()).toEqual({ items: [], cursor: null });
  });

  it('starts a release that can be read at once', async () => {
    await api.apply('first');
    const submitted = await api.post('/api/v1/applications/first/releases', {
      ...version('1.0.0'),
      reason: 'spring sale',
    });
    const read = await api.get('/api/v1/releases/first:1');

    expect(submitted.status).toBe(202);
    expect(submitted.headers['location']).toBe('https://crescendo.example/api/v1/releases/first:1');
    expect(schemas.submissionAnswer.parse(submitted.json())).toEqual({
      id: 'first:1',
      application: 'first',
      number: 1,
      ahead: 0,
      repeated: false,
      links: {
        self: 'https://crescendo.example/api/v1/releases/first:1',
        console: 'https://crescendo.example/releases/first:1',
        temporal: 'http://127.0.0.1:8233/namespaces/default/workflows/release:first:1',
        events: 'https://crescendo.example/api/v1/releases/first:1/events',
      },
    });
    expect([read.status, read.json().id]).toEqual([200, 'first:1']);
    await api.until('first:1', ({ outcome }) => outcome === 'succeeded');
  });

  it('gives the same release for the same key, and none for another request with it', async () => {
    await api.apply('keyed');
    const headers = { 'idempotency-key': 'build-4711' };
    const submit = (name: string) =>
      api.post('/api/v1/applications/keyed/releases', version(name), headers);
    const [one, two] = [await submit('1.0.0'), await submit('1.0.0')];
    const other = await submit('1.0.1');

    expect([one.json(), two.json()]).toMatchObject([
      { id: 'keyed:1', repeated: false },
      { id: 'keyed:1', repeated: true },
    ]);
    expect([other.status, other.json().code]).toEqual([409, 'idempotency_conflict']);
    await api.until('keyed:1', ({ stage }) => stage === 'ended');
  });

  it('keeps the meaning of a name', async () => {
    await api.apply('named');
    await api.until(await api.release('named', '1.0.0'), ({ stage }) => stage === 'ended');
    const body = version('1.0.0', { artifact: 'registry/named:other' });
    const answers = [
      await api.post('/api/v1/applications/named/releases', body),
      await api.post('/api/v1/applications/named/plan', body),
    ];

    expect(answers.map((answer) => [answer.status, answer.json().code])).toEqual([
      [409, 'version_changed'],
      [409, 'version_changed'],
    ]);
  });

  it('refuses what cannot be planned, with every reason', async () => {
    await api.apply('twice');
    await api.until(await api.release('twice', '1.0.0'), ({ stage }) => stage === 'ended');
    const body = { version: { name: '1.0.0', artifact: 'registry/twice:1.0.0' } };
    const answers = [
      await api.post('/api/v1/applications/twice/releases', body),
      await api.post('/api/v1/applications/twice/plan', body),
    ];

    for (const answer of answers) {
      const problem = problemSchema.parse(answer.json());
      expect(problem).toMatchObject({
        status: 422,
        code: 'plan_refused',
        errors: [{ path: '', message: '1.0.0 is already live in every production environment' }],
      });
    }
  });

  it('keeps a bad version out until it is let in again', async () => {
    await api.apply('bad');
    await api.until(await api.release('bad', '1.0.0'), ({ stage }) => stage === 'ended');
    api.world.verdictFor = ({ place }) => (place.application === 'bad' ? 'fail' : 'pass');
    const ended = await api.until(
      await api.release('bad', '1.1.0'),
      ({ stage }) => stage === 'ended',
    );
    const body = { version: { name: '1.1.0', artifact: 'registry/bad:1.1.0' } };
    const refused = await api.post('/api/v1/applications/bad/releases', body);
    const planned = await api.post('/api/v1/applications/bad/plan', body);
    const lift = () =>
      api.post('/api/v1/applications/bad/quarantine/1.1.0/lift', { reason: 'flaky metric' });
    const [lifted, again] = [await lift(), await lift()];
    const accepted = await api.post('/api/v1/applications/bad/releases', body);

    expect(ended).toMatchObject({ outcome: 'rolled_back' });
    expect([refused.status, refused.json().code]).toEqual([409, 'version_quarantined']);
    expect(planned.json().plan.warnings.at(-1)).toMatch(/^1\.1\.0 is quarantined/);
    expect(lifted.json()).toEqual({ application: 'bad', version: '1.1.0' });
    expect([again.status, again.json().code]).toEqual([404, 'version_unknown']);
    expect(accepted.status).toBe(202);
  });

  it('returns to an earlier version', async () => {
    await api.apply('back');
    await api.until(await api.release('back', '1.0.0'), ({ stage }) => stage === 'ended');
    await api.until(await api.release('back', '1.1.0'), ({ stage }) => stage === 'ended');
    const answer = await api.post('/api/v1/applications/back/rollback', {
      to: '1.0.0',
      reason: 'slow',
    });
    const ended = await api.until('back:3', ({ stage }) => stage === 'ended');
    const unknown = await api.post('/api/v1/applications/back/rollback', { to: '9.9.9' });

    expect([answer.status, answer.json().id]).toEqual([202, 'back:3']);
    expect(ended).toMatchObject({ outcome: 'succeeded', version: { name: '1.0.0' } });
    expect(unknown.status).toBeGreaterThanOrEqual(404);
    expect(problemSchema.parse(unknown.json()).code).toMatch(/^(?:version_unknown|plan_refused)$/);
  });

  it('lists all applications with what is live and what has the lane', async () => {
    await api.apply('listed');
    await api.until(await api.release('listed', '1.0.0'), ({ stage }) => stage === 'ended');
    api.world.verdictFor = () => 'never';
    await api.release('listed', '1.1.0');
    await api.release('listed', '1.2.0');
    const answer = schemas.listAnswer.parse((await api.get('/api/v1/applications')).json());
    const listed = answer.items.find(({ application }) => application === 'listed');

    expect(answer.items.map(({ application }) => application)).toContain('shop');
    expect(listed).toEqual({
      application: 'listed',
      revision: 1,
      active: 'listed:2',
      queue: ['listed:3'],
      environments: { 'listed-eu': '1.0.0' },
    });
  });
});
