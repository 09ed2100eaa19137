/** A worker per environment on a real server: each its own credentials, and one that is away is told. */

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queueActivities, temporalQueueLook } from '../../activities/queues.ts';
import { openLiveApi, type LiveApi } from '../support/live-api.ts';
import { startPlaceWorker, type PlaceWorker } from '../support/place-worker.ts';

const sample = resolve('test/support/sample-version.mjs');
/** Environment `name` of the worker `worker`, on the host that the credentials of `host` reach. */
const place = (name: string, worker: string, host = worker) => `
  ${name}:
    worker: ${worker}
    target: { process: { connection: ${host}-host, command: [node, '{{artifact}}'] } }
    router: { envoy: { connection: ${worker}-edge } }`;
const specification = (names: string[], ...places: string[]) => `application: shop
environments:${places.join('')}
production:
  waves: [{ environments: [${names.join(', ')}] }]
  strategy: { allAtOnce: {} }
  keepWarm: 1s
`;

describe('workers of environments', () => {
  let api: LiveApi;
  let temporal: Connection;
  let eu: PlaceWorker;
  let us: PlaceWorker | null = null;

  beforeAll(async () => {
    api = await openLiveApi();
    temporal = await Connection.connect({ address: api.temporalAddress });
    // The default worker of the tests answers from memory; what it says of queues shall be true.
    await api.stopWorker();
    const look = temporalQueueLook(new Client({ connection: temporal }));
    Object.assign(api.world.activities, queueActivities(look));
    await api.startWorker();
    eu = await startPlaceWorker(api.temporalAddress, 'eu', api.journal);
  });
  afterAll(async () => {
    await Promise.all([eu, us].map(async (worker) => worker?.stop()));
    await temporal.close();
    await api.close();
  });

  const apply = (text: string) =>
    api.send('PUT', '/api/v1/applications/shop', {
      headers: { 'content-type': 'application/yaml' },
      body: text,
    });
  const submit = async (version: string) => {
    const body = { version: { name: version, artifact: sample } };
    return (await api.post('/api/v1/applications/shop/releases', body)).json().id as string;
  };

  it('tells that nobody serves one of two environments, until its worker comes', async () => {
    const both = specification(['eu', 'us'], place('eu', 'eu'), place('us', 'us'));
    expect((await apply(both)).status).toBe(200);
    const id = await submit('1.0.0');
    const missing = await api.until(id, ({ rollouts }) => rollouts['us']?.unserved);
    expect(missing.rollouts['us'].unserved.for).toMatch(
      /^a worker \(no worker polls task queue crescendo-us in the last minutes\)$/,
    );
    const health = await api.get('/readyz');
    expect([health.status, health.json().ready]).toEqual([200, true]);
    expect(health.json().checks.environments).toEqual({
      ok: false,
      detail: 'no worker polls task queue crescendo-us in the last minutes',
    });
    await api.until(id, ({ rollouts }) => rollouts['eu']?.stage === 'finished');

    us = await startPlaceWorker(api.temporalAddress, 'us', api.journal);
    const ended = await api.until(id, ({ outcome }) => outcome === 'succeeded');
    expect(ended.rollouts['us'].unserved).toBeNull();
    expect((await api.get('/readyz')).json().checks.environments.ok).toBe(true);
  }, 60_000);

  it('gave each worker its own environment, and nothing of the other one', () => {
    const environmentsOf = ({ done }: PlaceWorker) => new Set(done.map((one) => one.split(' ')[1]));
    expect(environmentsOf(eu)).toEqual(new Set(['eu']));
    expect(us && environmentsOf(us)).toEqual(new Set(['us']));
    expect(eu.shares).toEqual({ eu: [{ version: '1.0.0', weight: 100 }] });
    expect(us?.shares).toEqual({ us: [{ version: '1.0.0', weight: 100 }] });
    expect(api.world.deploys).toEqual([]);
  });

  it("a worker cannot use the other one's credentials, whatever the specification says", async () => {
    const stolen = specification(['ap'], place('ap', 'eu', 'us'));
    expect((await apply(stolen)).status).toBe(200);
    const id = await submit('1.1.0');
    const back = await api.until(id, ({ rollouts }) => rollouts['ap']?.cause);
    expect(back.rollouts['ap'].cause).toContain('no connection is called "us-host"');
    expect(existsSync(join(us?.directory ?? '', 'shop', 'ap'))).toBe(false);
    expect(eu.done).toContain('deployVersion ap');
    expect(Object.keys(us?.shares ?? {})).toEqual(['us']);
  }, 60_000);
});
