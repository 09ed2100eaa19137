import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startHttpStub, type HttpStub, type StubAnswer } from '../test/support/http-stub.ts';
import { freePort } from '../test/support/ports.ts';
import { createClient, type RequestOptions } from './client.ts';
import type { Settings } from './settings.ts';

const json = { 'content-type': 'application/problem+json' };
const issue = (status: number, body: object): StubAnswer => ({
  status,
  headers: json,
  body: JSON.stringify(body),
});

describe('cli/client', () => {
  let stub: HttpStub;
  beforeEach(async () => (stub = await startHttpStub()));
  afterEach(() => stub.close());

  const client = (change: Partial<Settings> = {}) =>
    createClient({ server: stub.url, token: null, actor: 'jane', from: '--server', ...change });
  const failing = async (answer: StubAnswer, options?: RequestOptions) => {
    stub.answerWith(answer);
    const failure = await client()
      .post('/x', options)
      .then(
        () => null,
        (error: unknown) => error,
      );
    return failure;
  };

  it('asks below /api/v1, and for health at the root', async () => {
    stub.answerWith({ body: '{"ok":true}' });
    expect(
      await client().get('/releases', { application: 'shop', active: true, limit: undefined }),
    ).toEqual({ ok: true });
    await client().get('/readyz');
    expect(stub.requests.map(({ path, query }) => `${path}?${query.toString()}`)).toEqual([
      '/api/v1/releases?application=shop&active=true',
      '/readyz?',
    ]);
  });

  it('says who acts: by token, or by name where none is needed', async () => {
    stub.answerWith({ body: '{}' });
    await client().get('/x');
    await client({ token: 'secret', actor: 'jane' }).get('/x');
    await client({ actor: 'Zoë Łuk' }).get('/x');
    const [open, closed, escaped] = stub.requests.map(({ headers }) => headers);
    expect(open).toMatchObject({ 'x-crescendo-actor': 'jane', 'x-crescendo-channel': 'cli' });
    expect(open?.authorization).toBeUndefined();
    expect(closed).toMatchObject({ authorization: 'Bearer secret', 'x-crescendo-channel': 'cli' });
    expect(closed?.['x-crescendo-actor']).toBeUndefined();
    expect(decodeURI(String(escaped?.['x-crescendo-actor']))).toBe('Zoë Łuk');
  });

  it('sends every POST with a key of its own, or the one that is given', async () => {
    stub.answerWith({ body: '{}' });
    await client().post('/x');
    await client().post('/x', { idempotencyKey: 'build-7', body: { a: 1 } });
    const [first, second] = stub.requests;
    expect(first?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
    expect(second?.headers['idempotency-key']).toBe('build-7');
    expect([first?.body, second?.body]).toEqual(['{}', '{"a":1}']);
  });

  it('sends text as it is', async () => {
    stub.answerWith({ body: '{}' });
    await client().put('/x', { body: 'application: shop\n', contentType: 'application/yaml' });
    expect(stub.requests[0]).toMatchObject({ method: 'PUT', body: 'application: shop\n' });
    expect(stub.requests[0]?.headers['content-type']).toBe('application/yaml');
  });

  it.each([
    [400, 'request_invalid', 2],
    [422, 'spec_invalid', 2],
    [401, 'unauthenticated', 4],
    [404, 'release_unknown', 5],
    [409, 'action_refused', 6],
    [410, 'release_ended', 6],
    [422, 'plan_refused', 6],
    [500, 'internal', 1],
    [502, 'provider_unavailable', 7],
    [503, 'no_worker', 7],
  ])('turns %i %s into exit code %i', async (status, code, exit) => {
    const answer = issue(status, {
      title: 'title',
      detail: 'what happened',
      code,
      advice: 'what helps',
      instance: 'r-1',
    });
    const failure = await failing(answer);
    expect(failure).toMatchObject({ exit, code, fields: [] });
    expect((failure as Error).message).toBe(
      status >= 500 ? 'what happened (request r-1)' : 'what happened',
    );
  });

  it('keeps the fields and the advice of the server', async () => {
    const errors = [{ path: 'a.b', message: 'is wrong', line: 3, column: 5 }];
    const failure = await failing(
      issue(422, { code: 'spec_invalid', title: 'invalid', detail: 'd', advice: 'fix it', errors }),
    );
    expect(failure).toMatchObject({ fields: errors, advice: 'fix it' });
  });

  it.each<[string, StubAnswer, number, string]>([
    ['a proxy that says no', { status: 403, body: '<html>' }, 4, 'wants a valid token'],
    [
      'a proxy in trouble',
      { status: 502, body: '<html>bad gateway' },
      7,
      'answered 502 without saying why',
    ],
    ['another server', { status: 404, body: 'not here' }, 5, 'answered 404 without saying why'],
    [
      'a page instead of an answer',
      { status: 200, body: '<html>' },
      7,
      'something that is no JSON',
    ],
    ['an empty answer', { status: 200, body: '' }, 7, 'something that is no JSON'],
    [
      'a redirect',
      { status: 301, headers: { location: 'https://x.test/' } },
      7,
      'redirects to https://x.test/',
    ],
    ['too many requests', { status: 429, body: '' }, 7, 'answered 429'],
    [
      'an answer that breaks off',
      { status: 200, body: '{"a":', trouble: 'cut' },
      7,
      'does not answer',
    ],
  ])('understands %s', async (_what, answer, exit, words) => {
    const failure = (await failing(answer)) as Error & { advice: string };
    expect(failure).toMatchObject({ exit });
    expect(failure.message).toContain(words);
    expect(failure.advice).not.toBe('');
    expect(stub.requests).toHaveLength(1);
  });

  it('does not wait for ever', async () => {
    const failure = (await failing({ trouble: 'hang' }, { timeout: 50 })) as Error;
    expect(failure).toMatchObject({ exit: 7 });
    expect(failure.message).toContain('no answer in time');
  });

  it('says where the address came from when nobody is there', async () => {
    const server = `http://127.0.0.1:${await freePort()}`;
    const failure = await client({ server, from: 'context "prod"' })
      .get('/x')
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ exit: 7 });
    expect((failure as Error).message).toMatch(
      /from context "prod"\) does not answer: .*ECONNREFUSED/,
    );
    expect(failure).toHaveProperty('advice', expect.stringContaining('crescendo up'));
  });
});
