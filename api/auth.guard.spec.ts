import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi, type TestApi } from '../test/support/api.ts';

/** Nothing is behind this API, so whoever is let in learns that the journal is away. */
const letIn = 503;

describe('api/auth.guard.ts', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await openTestApi({
      environment: { CRESCENDO_TOKEN: 'operator-token', CRESCENDO_TOKENS: 'jane:jane-token' },
    });
  });
  afterAll(() => api.close());

  it.each([
    ['no token', '', 401],
    ['an unknown token', 'Bearer wrong-token', 401],
    ['a token that begins right', 'Bearer operator-toke', 401],
    ['a token that goes on', 'Bearer operator-token2', 401],
    ['another scheme', 'Basic operator-token', 401],
    ['two tokens', 'Bearer jane-token operator-token', 401],
    ['the single token', 'Bearer operator-token', letIn],
    ['the token of a person', 'bearer jane-token', letIn],
  ])('%s', async (_, authorization, status) => {
    const answer = await api.get('/api/v1/releases', { authorization });

    expect(answer.status).toBe(status);
    if (status === 401) {
      expect(answer.headers['www-authenticate']).toBe('Bearer');
      expect(answer.json()).toMatchObject({ code: 'unauthenticated', retryable: false });
      expect(answer.text).not.toContain('operator-token"');
    }
  });

  it.each([
    ['GET', '/api/v1/applications'],
    ['GET', '/api/v1/applications/shop'],
    ['PUT', '/api/v1/applications/shop'],
    ['POST', '/api/v1/applications/shop/plan'],
    ['POST', '/api/v1/applications/shop/releases'],
    ['POST', '/api/v1/applications/shop/rollback'],
    ['POST', '/api/v1/applications/shop/quarantine/1/lift'],
    ['GET', '/api/v1/releases/shop:1'],
    ['GET', '/api/v1/releases/shop:1/timeline'],
    ['GET', '/api/v1/releases/shop:1/measurements'],
    ['GET', '/api/v1/releases/shop:1/events'],
    ['POST', '/api/v1/releases/shop:1/promote'],
    ['GET', '/api/v1/events'],
    ['POST', '/api/v1/validate'],
  ] as const)('guards %s %s', async (method, path) => {
    const answer = await api.send(method, path, { headers: { authorization: '' } });

    expect(answer.status).toBe(401);
  });

  it.each([
    ['GET', '/healthz', 200],
    ['GET', '/readyz', 503],
    ['GET', '/api/openapi.json', 200],
    ['GET', '/api/docs', 200],
    ['GET', '/api/v1/schema/specification.json', 200],
  ] as const)('leaves open %s %s', async (method, path, status) => {
    const answer = await api.send(method, path, { headers: { authorization: '' } });

    expect(answer.status).toBe(status);
  });

  it('takes any host name once there are tokens', async () => {
    expect((await api.get('/api/v1/releases', { host: 'crescendo.example' })).status).toBe(letIn);
  });

  it('never logs a token', async () => {
    await api.get('/api/v1/releases', { authorization: 'Bearer wrong-token' });

    expect(api.logged.length).toBeGreaterThan(0);
    expect(api.logged.join('')).not.toMatch(/wrong-token|jane-token|operator-token/);
  });
});

describe('api/auth.guard.ts: scopes', () => {
  let api: TestApi;
  beforeAll(async () => {
    const scopes = ['read', 'release', 'approve', 'admin'];
    const tokens = scopes.map((scope) => ({ actor: scope, token: scope, scopes: [scope] }));
    const environment = {
      CRESCENDO_TOKENS: JSON.stringify(tokens),
      CRESCENDO_TEMPORAL_DEADLINE_MS: '100',
    };
    api = await openTestApi({ environment });
  });
  afterAll(() => api.close());

  const submission = { version: { name: '1.0.0', artifact: 'a' } };
  it.each([
    ['GET', '/api/v1/releases', undefined, 'read release approve admin'],
    ['POST', '/api/v1/applications/shop/plan', submission, 'read release approve admin'],
    ['POST', '/api/v1/applications/shop/releases', submission, 'release admin'],
    [
      'POST',
      '/api/v1/applications/shop/releases',
      { ...submission, quarantineOverride: 'fixed' },
      'admin',
    ],
    ['POST', '/api/v1/applications/shop/rollback', {}, 'release approve admin'],
    ['POST', '/api/v1/applications/shop/quarantine/1/lift', { reason: 'x' }, 'admin'],
    ['PUT', '/api/v1/applications/shop', {}, 'admin'],
    ['POST', '/api/v1/releases/shop:1/promote', {}, 'release admin'],
    ['POST', '/api/v1/releases/shop:1/skip', { reason: 'x' }, 'release admin'],
    ['POST', '/api/v1/releases/shop:1/approve', {}, 'approve admin'],
    ['POST', '/api/v1/releases/shop:1/reject', { reason: 'x' }, 'approve admin'],
    ['POST', '/api/v1/releases/shop:1/rollback', {}, 'release approve admin'],
    ['POST', '/api/v1/releases/shop:1/abort', {}, 'release approve admin'],
    ['POST', '/api/v1/releases/shop:1/pause', {}, 'release approve admin'],
    ['GET', '/api/v1/estate/holds', undefined, 'read release approve admin'],
    ['POST', '/api/v1/estate/holds', { reason: 'x' }, 'release approve admin'],
    [
      'POST',
      '/api/v1/estate/freezes',
      { reason: 'x', from: '2030-01-01', to: '2030-01-02' },
      'release approve admin',
    ],
    ['POST', '/api/v1/estate/holds/all-1/lift', {}, 'admin'],
  ] as const)('%s %s %j is for %4$s', async (method, path, body, expected) => {
    const allowed: string[] = [];
    for (const scope of ['read', 'release', 'approve', 'admin']) {
      const headers = { authorization: `Bearer ${scope}` };
      const answer = await api.send(method, path, { headers, ...(body ? { body } : {}) });
      if (answer.status !== 403) allowed.push(scope);
      else expect(answer.json()).toMatchObject({ code: 'forbidden', status: 403 });
    }
    expect(allowed.join(' ')).toBe(expected);
  });
});
