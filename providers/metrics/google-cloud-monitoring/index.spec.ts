import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeMetricProvider } from '../../../test/contracts/metrics.ts';
import { aContext } from '../../../test/support/call-context.ts';
import { startHttpStub, type HttpStub, type StubAnswer } from '../../../test/support/http-stub.ts';
import { createConnections } from '../../connections.ts';
import type { MetricQuery } from '../contract.ts';
import { googleCloudMonitoring } from './index.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

const range: MetricQuery = {
  query: 'up',
  from: 1_700_000_000_000,
  to: 1_700_000_060_000,
  step: 5_000,
};

function json(body: unknown, status = 200): StubAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function matrix(...result: unknown[]): StubAnswer {
  return json({ status: 'success', data: { resultType: 'matrix', result } });
}

const up = {
  metric: { job: 'app' },
  values: [
    [1_700_000_000, '1'],
    [1_700_000_005, '0.5'],
  ],
};
const down = { metric: { job: 'other' }, values: [[1_700_000_000, '0']] };
const broken = {
  metric: { job: 'broken' },
  values: [
    [1_700_000_000, 'NaN'],
    [1_700_000_005, '+Inf'],
  ],
};
const upSeries = {
  labels: { job: 'app' },
  points: [
    [1_700_000_000_000, 1],
    [1_700_000_005_000, 0.5],
  ] as [number, number][],
};
const downSeries = {
  labels: { job: 'other' },
  points: [[1_700_000_000_000, 0]] as [number, number][],
};

/** The token service: every token has a number. */
let oauth: HttpStub;
let given = 0;
beforeAll(async () => {
  oauth = await startHttpStub();
  oauth.answerWith(giveToken);
});
afterAll(() => oauth.close());

function giveToken(): StubAnswer {
  given += 1;
  return json({ access_token: `secret-token-${given}`, expires_in: 3599, token_type: 'Bearer' });
}

function keyFile(more: Record<string, unknown> = {}) {
  return {
    type: 'service_account',
    project_id: 'acme',
    private_key_id: 'key-1',
    private_key: privateKey,
    client_email: 'crescendo@acme.iam.gserviceaccount.com',
    token_uri: `${oauth.url}/token`,
    ...more,
  };
}

function open(connection: Record<string, unknown>) {
  const whole = { project: 'acme', serviceAccount: JSON.stringify(keyFile()), ...connection };
  return googleCloudMonitoring.create({}, googleCloudMonitoring.connection.parse(whole));
}

describeMetricProvider({
  vendor: 'google-cloud-monitoring',
  open: (url, timeoutMs) => open({ url, timeoutMs, delayMs: 0 }),
  query: range,
  secret: 'secret-token',
  answers: {
    points: { answer: matrix(up), series: [upSeries] },
    severalSeries: { answer: matrix(up, down), series: [upSeries, downSeries] },
    partlyNotANumber: { answer: matrix(broken, up), series: [upSeries] },
    empty: matrix(),
    notANumber: matrix(broken),
    malformed: [
      { body: '<!DOCTYPE html><title>Sign in</title>' },
      { body: '' },
      json([]),
      json({ status: 'success' }),
    ],
  },
});

describe('providers/metrics/google-cloud-monitoring/index', () => {
  let stub: HttpStub;
  beforeAll(async () => {
    stub = await startHttpStub();
  });
  afterAll(() => stub.close());
  beforeEach(() => {
    stub.requests.length = 0;
    stub.answerWith(matrix(up));
    oauth.requests.length = 0;
    oauth.answerWith(giveToken);
  });

  const connected = (connection: Record<string, unknown> = {}) =>
    open({ url: stub.url, delayMs: 0, ...connection });
  const asked = () => Object.fromEntries(new URLSearchParams(stub.requests.at(-1)?.body));
  const tokens = () => stub.requests.map(({ headers }) => headers['authorization']);

  it('asks the project’s PromQL endpoint for a range', async () => {
    await connected().query(range, aContext());
    expect(stub.requests).toHaveLength(1);
    expect(stub.requests[0]).toMatchObject({
      method: 'POST',
      path: '/v1/projects/acme/location/global/prometheus/api/v1/query_range',
    });
    expect(asked()).toEqual({
      query: 'up',
      start: '1700000000.000',
      end: '1700000060.000',
      step: '5.000',
      timeout: '10000ms',
    });
  });

  it('asks for one moment when the range has no length', async () => {
    const result = [{ metric: {}, value: [1_700_000_060, '3'] }];
    stub.answerWith(json({ status: 'success', data: { resultType: 'vector', result } }));
    const answer = await connected().query({ ...range, from: range.to }, aContext());
    expect(stub.requests[0]?.path).toMatch(/\/api\/v1\/query$/);
    expect(answer).toMatchObject({ series: [{ points: [[1_700_000_060_000, 3]] }] });
  });

  it('waits until samples can be read', async () => {
    await connected({ delayMs: undefined }).query(range, aContext());
    expect(asked()).toMatchObject({ start: '1699999940.000', end: '1700000000.000' });
  });

  it('gets a token for a signed assertion, and keeps it', async () => {
    const provider = connected();
    await provider.query(range, aContext());
    await provider.query(range, aContext());
    expect(oauth.requests).toHaveLength(1);
    expect(tokens()).toEqual([`Bearer secret-token-${given}`, `Bearer secret-token-${given}`]);
    expect(oauth.requests[0]).toMatchObject({ method: 'POST', path: '/token' });
    const form = new URLSearchParams(oauth.requests[0]!.body);
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const assertion = form.get('assertion')!;
    expect(decodeProtectedHeader(assertion)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' });
    const { payload } = await jwtVerify(assertion, createPublicKey(publicKey), {
      issuer: 'crescendo@acme.iam.gserviceaccount.com',
      audience: `${oauth.url}/token`,
    });
    expect(payload['scope']).toBe('https://www.googleapis.com/auth/monitoring.read');
    expect(payload.exp! - payload.iat!).toBe(3600);
  });

  it('gets a new token when the old one is about to run out', async () => {
    oauth.answerWith(() => json({ access_token: 'short', expires_in: 60 }));
    const provider = connected();
    await provider.query(range, aContext());
    await provider.query(range, aContext());
    expect(oauth.requests).toHaveLength(2);
  });

  it('gets a new token once after 401', async () => {
    stub.answerWith(() => (stub.requests.length === 1 ? { status: 401 } : matrix(up)));
    expect(await connected().query(range, aContext())).toMatchObject({ kind: 'points' });
    expect(oauth.requests).toHaveLength(2);
    expect(new Set(tokens()).size).toBe(2);
  });

  it('does not go on asking where every token is refused', async () => {
    const message = 'Request had invalid authentication credentials.';
    stub.answerWith(json({ error: { code: 401, message, status: 'UNAUTHENTICATED' } }, 401));
    expect(await connected().query(range, aContext())).toMatchObject({
      kind: 'error',
      retryable: false,
      detail: expect.stringContaining(message),
    });
    expect(stub.requests).toHaveLength(2);
  });

  it('asks the metadata server where there is no key', async () => {
    const provider = connected({ serviceAccount: undefined, metadataUrl: oauth.url });
    expect(await provider.query(range, aContext())).toMatchObject({ kind: 'points' });
    expect(oauth.requests[0]).toMatchObject({
      method: 'GET',
      path: '/computeMetadata/v1/instance/service-accounts/default/token',
      headers: { 'metadata-flavor': 'Google' },
    });
  });

  it.each([
    [400, { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' }, false],
    [404, { error: 'not_found' }, false],
    [429, {}, true],
    [503, {}, true],
    [200, { token: 'none' }, true],
  ])('says why there is no token: %d %j, retryable %s', async (status, body, retryable) => {
    oauth.answerWith({ ...json(body, status), headers: { 'retry-after': '7' } });
    const answer = await connected().query(range, aContext());
    expect(answer).toMatchObject({ kind: 'error', retryable });
    expect(JSON.stringify(answer)).toContain(`token service answered ${status}`);
    expect(stub.requests).toHaveLength(0);
    if (retryable) expect(answer).toMatchObject({ retryAfterMs: 7_000 });
  });

  it('stops when it is cancelled while it gets a token', async () => {
    const controller = new AbortController();
    oauth.answerWith(() => {
      setImmediate(() => controller.abort(new Error('not wanted any more')));
      return { trouble: 'hang' };
    });
    const call = connected().query(range, aContext(controller.signal));
    await expect(call).rejects.toThrow('not wanted any more');
  });

  it('takes Prometheus’ own word for a wrong query', async () => {
    const error = { status: 'error', errorType: 'bad_data', error: 'parse error' };
    stub.answerWith(json(error, 400));
    const detail = 'Google Cloud Monitoring answered 400: bad_data: parse error';
    expect(await connected().query(range, aContext())).toEqual({
      kind: 'error',
      detail,
      retryable: false,
    });
  });

  it('takes the key from where the worker keeps it', async () => {
    const environment = { KEY: JSON.stringify(keyFile()) };
    const connections = createConnections(
      { 'google-cloud-monitoring': { project: 'acme', serviceAccount: { env: 'KEY' } } },
      environment,
    );
    const entry = connections.find('google-cloud-monitoring', 'google-cloud-monitoring');
    const { serviceAccount } = googleCloudMonitoring.connection.parse(entry);
    expect(serviceAccount?.client_email).toBe('crescendo@acme.iam.gserviceaccount.com');
  });

  it.each([
    ['no project', () => ({}), 'project'],
    ['a path for a project', () => ({ project: 'acme/../x' }), 'project'],
    ['a key that is none', () => ({ project: 'a', serviceAccount: 'secret' }), 'serviceAccount'],
    [
      'a broken key',
      () => ({ project: 'a', serviceAccount: keyFile({ private_key: '-----BEGIN' }) }),
      'serviceAccount.private_key',
    ],
    ['a misspelt field', () => ({ project: 'a', serviceaccount: '{}' }), ''],
  ])('refuses a connection with %s', (_name, connection, path) => {
    const result = googleCloudMonitoring.connection.safeParse(connection());
    expect(result.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
    expect(JSON.stringify(result.error)).not.toContain('secret');
  });
});
