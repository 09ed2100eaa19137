import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { absentJournal, openTestApi, type Answer, type TestApi } from '../test/support/api.ts';
import { readConfig } from './config.ts';
import { problemSchema } from './problem.ts';
import { startApi } from './server.ts';

/** The answer is a complete problem of this code, and names its request. */
function expectProblem(answer: Answer, status: number, code: string) {
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  const problem = problemSchema.parse(answer.json());
  expect([answer.status, problem.status, problem.code]).toEqual([status, status, code]);
  expect(problem.type).toBe(`urn:crescendo:error:${code}`);
  expect(problem.instance).toBe(answer.headers['x-request-id']);
  return problem;
}

describe('api/server.ts', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await openTestApi();
  });
  afterAll(() => api.close());

  describe('with nothing behind it', () => {
    it('is alive', async () => {
      expect((await api.get('/healthz')).json()).toEqual({
        status: 'alive',
        inForce: null,
      });
    });

    it('is not ready, and says what is missing', async () => {
      const answer = await api.get('/readyz');

      expect(answer.status).toBe(503);
      expect(answer.json()).toEqual({
        ready: false,
        checks: {
          temporal: { ok: false, detail: expect.stringContaining('127.0.0.1:1') as string },
          journal: { ok: false, detail: 'PostgreSQL at nowhere: ECONNREFUSED' },
          worker: { ok: false, detail: 'unknown while Temporal does not answer' },
          environments: { ok: false, detail: 'unknown without a worker' },
        },
        inForce: null,
      });
    });

    it.each([
      '/api/v1/releases',
      '/api/v1/releases/shop:1',
      '/api/v1/releases/shop:1/timeline',
      '/api/v1/releases/shop:1/measurements',
      '/api/v1/releases/shop:1/events',
      '/api/v1/events',
    ])('says that the journal is away: %s', async (path) => {
      const problem = expectProblem(await api.get(path), 503, 'journal_unavailable');

      expect(problem).toMatchObject({
        retryable: true,
        detail: 'PostgreSQL at nowhere: ECONNREFUSED',
      });
    });

    it.each([
      ['GET', '/api/v1/applications', undefined],
      ['GET', '/api/v1/applications/shop', undefined],
      ['POST', '/api/v1/applications/shop/releases', { version: { name: '1', artifact: 'x' } }],
      ['POST', '/api/v1/applications/shop/rollback', undefined],
      ['POST', '/api/v1/releases/shop:1/pause', undefined],
    ] as const)('says that Temporal is away: %s %s', async (method, path, body) => {
      const answer = await api.send(method, path, { body });

      expectProblem(answer, 503, 'temporal_unavailable');
    });
  });

  describe('refuses', () => {
    const json = { 'content-type': 'application/json' };

    it.each<
      [what: string, method: 'GET' | 'POST' | 'PUT', path: string, body: unknown, detail: RegExp]
    >([
      ['JSON that is none', 'POST', '/api/v1/releases/shop:1/pause', '{"reason":', /JSON/],
      [
        'an empty body that claims to be JSON',
        'POST',
        '/api/v1/releases/shop:1/pause',
        '',
        /empty/,
      ],
      ['a list', 'POST', '/api/v1/releases/shop:1/pause', [], /expected object/],
      ['null', 'POST', '/api/v1/releases/shop:1/pause', 'null', /expected object/],
      ['an unknown field', 'POST', '/api/v1/releases/shop:1/pause', { by: 'me' }, /"by"/],
      ['an empty reason', 'POST', '/api/v1/releases/shop:1/pause', { reason: ' ' }, /reason/],
      ['a step of zero', 'POST', '/api/v1/releases/shop:1/promote', { step: 0 }, /step/],
      [
        'a version without name',
        'POST',
        '/api/v1/applications/shop/plan',
        { version: {} },
        /version.name/,
      ],
      [
        'a lift without reason',
        'POST',
        '/api/v1/applications/shop/quarantine/1/lift',
        {},
        /reason/,
      ],
      ['a limit beyond the limit', 'GET', '/api/v1/releases?limit=201', undefined, /limit/],
      ['a limit that is none', 'GET', '/api/v1/releases?limit=many', undefined, /limit/],
      ['an unknown filter', 'GET', '/api/v1/releases?outcom=succeeded', undefined, /outcom/],
      ['an unknown outcome', 'GET', '/api/v1/releases?outcome=failed', undefined, /outcome/],
      [
        'a time that is none',
        'GET',
        '/api/v1/releases/a:1/measurements?after=noon',
        undefined,
        /after/,
      ],
      ['a prototype in the body', 'POST', '/api/v1/validate', '{"__proto__":{"a":1}}', /JSON/],
    ])('%s', async (_, method, path, body, detail) => {
      const headers = body === undefined ? {} : json;
      const answer = await api.send(method, path, { body, headers });

      expect(expectProblem(answer, 400, 'request_invalid').detail).toMatch(detail);
    });

    it.each<
      [what: string, status: number, code: string, method: 'GET' | 'POST' | 'DELETE', path: string]
    >([
      ['an unknown path', 404, 'not_found', 'GET', '/api/v1/nothing'],
      ['a method that a path does not have', 404, 'not_found', 'DELETE', '/api/v1/releases'],
      ['an id that is none', 404, 'release_unknown', 'GET', '/api/v1/releases/shop-7'],
      ['release number zero', 404, 'release_unknown', 'GET', '/api/v1/releases/shop:0'],
      ['a name that is none', 404, 'application_unknown', 'GET', '/api/v1/applications/Shop'],
      ['an action that is none', 404, 'not_found', 'POST', '/api/v1/releases/shop:1/explode'],
      ['a path that cannot be decoded', 400, 'request_invalid', 'GET', '/api/v1/releases/%E0%A4%A'],
    ])('%s', async (_, status, code, method, path) => {
      expectProblem(await api.send(method, path), status, code);
    });

    it('a body of more than a million bytes', async () => {
      const body = JSON.stringify({ reason: 'x'.repeat(1_000_001) });
      const answer = await api.post('/api/v1/releases/shop:1/pause', body, json);

      expectProblem(answer, 413, 'request_invalid');
    });

    it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
      'what a form can send: %s',
      async (type) => {
        const answer = await api.post('/api/v1/releases/shop:1/pause', 'reason=x', {
          'content-type': type,
        });

        expectProblem(answer, 415, 'request_invalid');
      },
    );

    it.each([
      ['a key with spaces', { 'idempotency-key': 'a b' }],
      ['a key that is too long', { 'idempotency-key': 'x'.repeat(201) }],
    ])('%s', async (_, headers) => {
      const answer = await api.post('/api/v1/releases/shop:1/pause', undefined, headers);

      expectProblem(answer, 400, 'request_invalid');
    });

    it('a position that is none', async () => {
      const answer = await api.get('/api/v1/events', { 'last-event-id': 'yesterday' });

      expectProblem(answer, 400, 'request_invalid');
    });
  });

  describe('keeps other sites out', () => {
    it.each([
      ['by what the browser says', { 'sec-fetch-site': 'cross-site' }],
      ['by the origin', { origin: 'https://evil.example' }],
    ])('%s', async (_, headers) => {
      const answer = await api.post('/api/v1/releases/shop:1/abort', undefined, headers);

      expectProblem(answer, 403, 'request_invalid');
    });

    it('when they give their own name our address', async () => {
      const answer = await api.get('/api/v1/releases', { host: 'evil.example:8080' });

      expectProblem(answer, 401, 'unauthenticated');
    });

    it.each(['localhost:8080', '127.0.0.1:8080', '[::1]:8080'])('but lets in %s', async (host) => {
      expectProblem(await api.get('/api/v1/releases', { host }), 503, 'journal_unavailable');
    });
  });

  it('sends headers that keep browsers careful', async () => {
    const { headers } = await api.get('/healthz');

    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'referrer-policy': 'no-referrer',
    });
    expect(headers['content-security-policy']).toContain("script-src 'self'");
    expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
    expect(headers['content-security-policy']).not.toContain('https:');
    expect(headers['strict-transport-security']).toBeUndefined();
  });

  describe('documentation', () => {
    it('describes every route, with its errors', async () => {
      const document = (await api.get('/api/openapi.json')).json() as {
        paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
        components: { schemas: Record<string, unknown> };
      };
      const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
      );

      expect(routes.toSorted()).toEqual([
        'GET /api/v1/applications',
        'GET /api/v1/applications/{app}',
        'GET /api/v1/applications/{app}/holds',
        'GET /api/v1/estate',
        'GET /api/v1/estate/holds',
        'GET /api/v1/events',
        'GET /api/v1/groups',
        'GET /api/v1/groups/{group}',
        'GET /api/v1/overrides',
        'GET /api/v1/releases',
        'GET /api/v1/releases/{id}',
        'GET /api/v1/releases/{id}/events',
        'GET /api/v1/releases/{id}/measurements',
        'GET /api/v1/releases/{id}/timeline',
        'GET /api/v1/schema/specification.json',
        'GET /healthz',
        'GET /readyz',
        'POST /api/v1/applications/{app}/freezes',
        'POST /api/v1/applications/{app}/holds',
        'POST /api/v1/applications/{app}/holds/{hold}/lift',
        'POST /api/v1/applications/{app}/plan',
        'POST /api/v1/applications/{app}/quarantine/{version}/lift',
        'POST /api/v1/applications/{app}/releases',
        'POST /api/v1/applications/{app}/rollback',
        'POST /api/v1/estate/freezes',
        'POST /api/v1/estate/holds',
        'POST /api/v1/estate/holds/{hold}/lift',
        'POST /api/v1/estate/resume',
        'POST /api/v1/estate/stop',
        'POST /api/v1/groups',
        'POST /api/v1/groups/plan',
        'POST /api/v1/groups/{group}/pause',
        'POST /api/v1/groups/{group}/resume',
        'POST /api/v1/groups/{group}/rollback',
        'POST /api/v1/releases/{id}/{action}',
        'POST /api/v1/validate',
        'PUT /api/v1/applications/{app}',
      ]);
      const act = document.paths['/api/v1/releases/{id}/{action}']?.['post'];
      expect(Object.keys(act?.responses ?? {})).toEqual([
        '200',
        '400',
        '403',
        '404',
        '409',
        '410',
        '503',
      ]);
      expect(Object.keys(document.components.schemas)).toEqual(
        expect.arrayContaining(['Problem', 'Release', 'Plan', 'Entry', 'Submission']),
      );
    });

    it('has no reference that leads nowhere', async () => {
      const text = (await api.get('/api/openapi.json')).text;
      const { components } = JSON.parse(text) as { components: { schemas: object } };
      const names = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
        ([, name]) => name,
      );

      expect(names.length).toBeGreaterThan(10);
      expect(Object.keys(components.schemas)).toEqual(expect.arrayContaining([...new Set(names)]));
    });

    it('is a page that loads only what we serve', async () => {
      const page = await api.get('/api/docs');
      const urls = [...page.text.matchAll(/(?:src|href)=["']([^"']+)["']/g)]
        .map(([, url]) => url ?? '')
        .filter((url) => !url.startsWith('#'));
      const answers = await Promise.all(urls.map((url) => api.get(join('/api', url))));

      expect(page.status).toBe(200);
      expect(urls.length).toBeGreaterThanOrEqual(5);
      expect(urls.filter((url) => /^(?:https?:)?\/\//.test(url))).toEqual([]);
      expect(answers.map(({ status }) => status)).toEqual(urls.map(() => 200));
    });

    it('gives editors the schema of specifications', async () => {
      const schema = (await api.get('/api/v1/schema/specification.json')).json() as object;

      expect(schema).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' });
    });
  });

  describe('console', () => {
    let directory: string;
    let withConsole: TestApi;
    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), 'crescendo-console-'));
      mkdirSync(join(directory, 'assets'));
      writeFileSync(join(directory, 'index.html'), '<title>Crescendo</title>');
      writeFileSync(join(directory, 'assets', 'main-1a2b.js'), 'start()');
      withConsole = await openTestApi({ consoleDirectory: directory });
    });
    afterAll(async () => {
      await withConsole.close();
      rmSync(directory, { recursive: true });
    });
    const browser = { accept: 'text/html,application/xhtml+xml' };

    it.each(['/', '/releases/shop:7', '/applications/shop?tab=ledger', '/versions/1.4.2'])(
      'is the page at %s',
      async (path) => {
        const answer = await withConsole.get(path, browser);

        expect([answer.status, answer.text]).toEqual([200, '<title>Crescendo</title>']);
        expect(answer.headers['cache-control']).toBe('no-cache');
      },
    );

    it('keeps built files for ever', async () => {
      const answer = await withConsole.get('/assets/main-1a2b.js');

      expect(answer.text).toBe('start()');
      expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    });

    it.each([
      ['/api/v1/nothing', browser],
      ['/api', browser],
      ['/assets/missing.js', { accept: '*/*' }],
      ['/../../etc/passwd', { accept: '*/*' }],
    ])('leaves what is not there a problem: %s', async (path, headers) => {
      expectProblem(await withConsole.get(path, headers), 404, 'not_found');
    });

    it('is not there when it has not been built', async () => {
      expectProblem(await api.get('/', browser), 404, 'not_found');
    });
  });

  describe('validates specifications', () => {
    const yaml = { 'content-type': 'application/yaml' };

    it('with the line and column of every error', async () => {
      const body = 'application: shop\nenvironments: {}\nproduction:\n  wavez: []\n';
      const problem = expectProblem(
        await api.post('/api/v1/validate', body, yaml),
        422,
        'spec_invalid',
      );

      expect(problem.errors).toEqual([
        {
          path: 'production.waves',
          message: 'is missing: expected a mapping or a list',
          line: 3,
          column: 1,
        },
        {
          path: 'production.wavez',
          message: 'unknown key "wavez"; did you mean "waves"?',
          line: 4,
          column: 3,
        },
      ]);
    });

    it.each(['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml; charset=utf-8'])(
      'as %s',
      async (type) => {
        const answer = await api.post('/api/v1/validate', 'application: 1', {
          'content-type': type,
        });

        expect(expectProblem(answer, 422, 'spec_invalid').errors[0]).toMatchObject({
          line: 1,
          column: 14,
        });
      },
    );

    it('as JSON, with positions too', async () => {
      const answer = await api.post('/api/v1/validate', '{\n  "application": 1\n}', {
        'content-type': 'application/json',
      });

      expect(expectProblem(answer, 422, 'spec_invalid').errors[0]).toMatchObject({
        line: 2,
        column: 18,
      });
    });

    it('but not nothing', async () => {
      expectProblem(await api.post('/api/v1/validate'), 400, 'request_invalid');
    });

    it('whose application is the one in the path', async () => {
      const body = `application: shop
environments: { eu: { target: { process: { command: [x] } }, router: { envoy: { port: 10080 } } } }
production: { waves: [{ environments: [eu] }] }
`;
      const valid = await api.post('/api/v1/validate', body, yaml);
      const other = await api.send('PUT', '/api/v1/applications/other', { body, headers: yaml });

      expect(valid.json()).toEqual({
        valid: true,
        warnings: [expect.stringContaining('analysis.metrics')],
      });
      expect(expectProblem(other, 422, 'spec_invalid').errors).toEqual([
        { path: 'application', message: 'the path says "other", the specification "shop"' },
      ]);
    });
  });

  it('logs requests without what they carry', async () => {
    await api.post(
      '/api/v1/releases/shop:1/pause?x=secret',
      { reason: 'secret' },
      { authorization: 'secret' },
    );
    const lines = api.logged.filter((line) => line.includes('request answered'));

    expect(JSON.parse(lines.at(-1) ?? '{}')).toMatchObject({
      msg: 'request answered',
      method: 'POST',
      path: '/api/v1/releases/shop:1/pause',
      status: 503,
      actor: 'anonymous',
    });
    expect(api.logged.join('')).not.toContain('secret');
  });

  it('names the port when it is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const config = readConfig({ CRESCENDO_API_PORT: String(port) });
    const log = pino({ level: 'silent' });

    await expect(startApi({ config, journal: absentJournal, log })).rejects.toThrow(
      `port ${port} of 127.0.0.1 is taken: stop what uses it, or set CRESCENDO_API_PORT`,
    );
    other.close();
  });
});
