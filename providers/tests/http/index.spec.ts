import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeTestRunner } from '../../../test/contracts/test-runner.ts';
import { aContext } from '../../../test/support/call-context.ts';
import { startHttpStub, type HttpStub } from '../../../test/support/http-stub.ts';
import { findValue } from './expect.ts';
import { http } from './index.ts';

let stub: HttpStub;
beforeAll(async () => {
  stub = await startHttpStub();
});
afterAll(() => stub.close());
beforeEach(() => {
  stub.requests.length = 0;
  stub.answerWith({ body: JSON.stringify({ version: '1.4.2', items: [{ id: 7 }], 'a/b': null }) });
});

function open(settings: Record<string, unknown>, connection: Record<string, unknown> = {}) {
  const full = { url: `${stub.url}/health`, ...settings };
  return http.create(http.settings.parse(full), http.connection.parse(connection));
}

function run(settings: Record<string, unknown>, connection?: Record<string, unknown>) {
  const subject = {
    site: { application: 'shop', environment: 'eu' },
    version: { name: '1.4.2', artifact: 'shop:1.4.2' },
    candidate: { version: '1.4.2', endpoint: { url: stub.url } },
  };
  return open(settings, connection).run(subject, aContext());
}

describeTestRunner({
  vendor: 'http',
  url: () => stub.url,
  passing: () => open({}),
  failing: () => open({ expect: { status: 204 } }),
  failingALot: () => {
    stub.answerWith({ body: JSON.stringify({ text: 'x'.repeat(5_000) }) });
    const json = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`key${index}`, 1]));
    return open({ expect: { json } });
  },
  endless: () => {
    stub.answerWith({ trouble: 'hang' });
    return open({ timeout: '5m' });
  },
  limited: () => {
    stub.answerWith({ trouble: 'hang' });
    return open({ timeout: '200ms' });
  },
  impossible: () => open({ url: '{{canary.url}}/health' }),
});

describe('providers/tests/http/index', () => {
  it('sends what the settings and the connection say', async () => {
    const settings = { method: 'POST', headers: { 'x-a': '1', 'x-b': '1' }, body: '{"q":1}' };
    await run(settings, { headers: { 'x-b': '2' } });
    expect(stub.requests).toMatchObject([
      { method: 'POST', path: '/health', headers: { 'x-a': '1', 'x-b': '2' }, body: '{"q":1}' },
    ]);
  });

  it('takes a path as one at the candidate', async () => {
    const report = await run({ url: '/ready?full=1' });
    expect(stub.requests).toMatchObject([{ path: '/ready' }]);
    expect(report.detail).toBe('GET /ready?full=1 is as expected');
  });

  it('counts every expectation', async () => {
    const expected = {
      status: [200, 204],
      body: { contains: '1.4.2' },
      json: { version: '1.4.2', 'items.0.id': 7, '/items/0': { id: 7 }, '/a~1b': null },
      maxMs: 60_000,
    };
    expect(await run({ expect: expected })).toMatchObject({ passed: true, total: 7, failed: 0 });
  });

  it.each([
    [{ status: 503 }, 'status is 200, not 503'],
    [{ status: [201, 202] }, 'status is 200, not 201 or 202'],
    [{ body: { contains: 'ok' } }, 'the body does not contain "ok"'],
    [{ json: { version: '1.4.1' } }, 'version is "1.4.2", not "1.4.1"'],
    [{ json: { 'items.1.id': 7 } }, 'items.1.id is missing, not 7'],
    [{ json: { '/items/0/id': '7' } }, '/items/0/id is 7, not "7"'],
    [{ json: { toString: 'x' } }, 'toString is missing, not "x"'],
  ])('fails on %j', async (expected, problem) => {
    expect(await run({ expect: expected })).toMatchObject({
      passed: false,
      failed: 1,
      failures: [problem],
      detail: `GET ${stub.url}/health: ${problem}`,
      logTail: expect.stringContaining('"1.4.2"'),
    });
  });

  it('fails on an answer that is slower than allowed', async () => {
    const report = await run({ expect: { maxMs: 0.000_1 } });
    expect(report.failures).toEqual([expect.stringMatching(/^it took \d+ ms, more than/)]);
  });

  it('fails on a body that is not JSON when JSON is expected', async () => {
    stub.answerWith({ body: '<html>' });
    const report = await run({ expect: { json: { a: 1 } } });
    expect(report.failures).toEqual(['a: the body is not JSON']);
  });

  it('tries again until it passes, and no more often than told', async () => {
    stub.answerWith(() => ({ status: stub.requests.length < 3 ? 503 : 200 }));
    const settings = { attempts: 5, pause: '1ms' };
    expect(await run(settings)).toMatchObject({ passed: true });
    expect(stub.requests).toHaveLength(3);
    stub.answerWith({ status: 503 });
    expect(await run(settings)).toMatchObject({ passed: false });
    expect(stub.requests).toHaveLength(8);
  });

  it('stops between two attempts when it is cancelled', async () => {
    const controller = new AbortController();
    stub.answerWith(() => {
      setTimeout(() => controller.abort(new Error('enough')), 50);
      return { status: 503 };
    });
    const subject = {
      site: { application: 'shop', environment: 'eu' },
      version: { name: '1', artifact: 'a' },
      candidate: { version: '1', endpoint: { url: stub.url } },
    };
    const context = aContext(controller.signal);
    const runner = open({ attempts: 2, pause: '5m' });
    await expect(runner.run(subject, context)).rejects.toThrow('enough');
    expect(stub.requests).toHaveLength(1);
    expect(context.sentences).toEqual([expect.stringContaining('attempt 1 of 2')]);
  });

  it('reports a candidate that is not there or breaks off as a failed check', async () => {
    const gone = await startHttpStub();
    await gone.close();
    expect(await run({ url: `${gone.url}/health` })).toMatchObject({ passed: false, failed: 1 });
    stub.answerWith({ body: 'half', trouble: 'cut' });
    expect(await run({})).toMatchObject({ passed: false, failed: 1 });
  });

  it('shows no secret header that the candidate repeats', async () => {
    stub.answerWith((request) => ({ status: 500, body: String(request.headers['x-token']) }));
    const report = await run({}, { headers: { 'x-token': 'very-secret' } });
    expect(report.logTail).toBe('***');
  });

  it.each([
    [{ url: 'canary/health' }, 'url'],
    [{ url: '/', expct: {} }, ''],
    [{ url: '/', expect: { status: 99 } }, 'expect.status'],
    [{ url: '/', timeout: '10' }, 'timeout'],
    [{ url: '/', attempts: 0 }, 'attempts'],
  ])('refuses the settings %j', (settings, path) => {
    const result = http.settings.safeParse(settings);
    expect(result.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});

describe('providers/tests/http/expect', () => {
  it.each([
    ['', { a: 1 }],
    ['a', 1],
    ['/', undefined],
    ['/b~0c', 2],
    ['constructor.name', undefined],
    ['a.b', undefined],
  ])('finds at "%s" %j', (path, value) => {
    const document = path === '' ? { a: 1 } : { a: 1, 'b~c': 2 };
    expect(findValue(document, path)).toEqual(value);
  });
});
