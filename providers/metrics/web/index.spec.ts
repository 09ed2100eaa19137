import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeMetricProvider } from '../../../test/contracts/metrics.ts';
import { aContext } from '../../../test/support/call-context.ts';
import { startHttpStub, type HttpStub, type StubAnswer } from '../../../test/support/http-stub.ts';
import type { MetricQuery } from '../contract.ts';
import { web } from './index.ts';

const to = 1_700_000_060_000;
const range = { from: to - 60_000, to, step: 5_000 };
const at = (query: object): MetricQuery => ({ ...range, query: JSON.stringify(query) });

function open(connection: Record<string, unknown>) {
  return web.create({}, web.connection.parse(connection));
}

function json(body: unknown): StubAnswer {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

const first = { labels: { code: '500' }, value: 3 };
const second = { labels: { code: 502 }, value: '0.5' };
const broken = { labels: { code: '503' }, value: 'NaN' };
const firstSeries = { labels: { code: '500' }, points: [[to, 3]] as [number, number][] };
const secondSeries = { labels: { code: '502' }, points: [[to, 0.5]] as [number, number][] };

describeMetricProvider({
  vendor: 'web',
  open: (url, timeoutMs) => open({ url, timeoutMs, token: 'not-for-your-eyes' }),
  query: at({ value: '$.data' }),
  secret: 'not-for-your-eyes',
  answers: {
    points: { answer: json({ data: first }), series: [firstSeries] },
    severalSeries: { answer: json({ data: [first, second] }), series: [firstSeries, secondSeries] },
    partlyNotANumber: { answer: json({ data: [broken, first] }), series: [firstSeries] },
    empty: json({ data: [] }),
    notANumber: json({ data: [broken, { value: null }] }),
    malformed: [
      { body: '<!DOCTYPE html><title>Sign in</title>' },
      { body: '' },
      { body: '{"data": [' },
      json({ data: 'down' }),
      json({ data: true }),
      json({ data: {} }),
      json({ data: [1, 'two'] }),
      json({ data: [{ labels: { code: null }, value: 1 }] }),
      json({ data: [first, { labels: {} }] }),
    ],
  },
});

describe('providers/metrics/web/index', () => {
  let stub: HttpStub;
  beforeAll(async () => {
    stub = await startHttpStub();
  });
  afterAll(() => stub.close());
  beforeEach(() => {
    stub.requests.length = 0;
    stub.answerWith(json({ rate: 0.25 }));
  });

  const ask = (query: object | string, connection: Record<string, unknown> = {}) => {
    const text = typeof query === 'string' ? query : JSON.stringify(query);
    return open({ url: stub.url, ...connection }).query({ ...range, query: text }, aContext());
  };
  const pointsOf = async (body: unknown, query: object = { value: '$.data' }) => {
    stub.answerWith(json({ data: body }));
    const answer = await ask(query);
    return answer.kind === 'points' ? answer.series.map(({ points }) => points) : answer;
  };

  it('asks for a path with encoded parameters, and fills the time range in', async () => {
    const query = `
      path: /stats/shop
      parameters:
        version: '1.4.2+5&x'
        range: '{{from}}/{{to}}/{{step}}'
        seconds: '{{from.seconds}}/{{ to.seconds }}/{{step.seconds}}'
        iso: '{{from.iso}} {{to.iso}}'
      value: $.rate`;
    expect(await ask(query, { url: `${stub.url}/api/?tenant=a` })).toEqual({
      kind: 'points',
      series: [{ labels: {}, points: [[to, 0.25]] }],
    });
    expect(stub.requests.at(-1)).toMatchObject({ method: 'GET', path: '/api/stats/shop' });
    expect(Object.fromEntries(stub.requests.at(-1)!.query)).toEqual({
      tenant: 'a',
      version: '1.4.2+5&x',
      range: '1700000000000/1700000060000/5000ms',
      seconds: '1700000000/1700000060/5',
      iso: '2023-11-14T22:13:20.000Z 2023-11-14T22:14:20.000Z',
    });
  });

  it.each([
    ['a mapping as JSON', { since: '{{from}}' }, '{"since":"1700000000000"}'],
    ['a text as it is', 'select {{step}}', 'select 5000ms'],
  ])('sends %s', async (_name, body, sent) => {
    await ask({ body, value: '$.rate' });
    expect(stub.requests[0]).toMatchObject({ method: 'POST', body: sent });
    expect(stub.requests[0]?.headers['content-type']).toBe('application/json');
  });

  it('posts without a body when it is told to', async () => {
    await ask({ method: 'POST', value: '$.rate' });
    expect(stub.requests[0]).toMatchObject({ method: 'POST', body: '' });
  });

  it.each([
    ['a token', { token: 'abc' }, 'authorization', 'Bearer abc'],
    ['a user', { username: 'ada', password: 'x' }, 'authorization', 'Basic YWRhOng='],
    ['a header', { headers: { 'x-api-key': 'k' } }, 'x-api-key', 'k'],
  ])('logs in with %s', async (_name, connection, header, expected) => {
    await ask({ value: '$.rate' }, connection);
    expect(stub.requests[0]?.headers[header]).toBe(expected);
  });

  it('carries its credentials to no other place', async () => {
    stub.answerWith({ status: 302, headers: { location: `${stub.url}/login` } });
    const answer = await ask({ value: '$' }, { headers: { 'x-api-key': 'k' } });
    expect(answer).toMatchObject({ kind: 'error', retryable: false });
    expect(stub.requests).toHaveLength(1);
  });

  it.each([
    ['a number', 3, [[[to, 3]]]],
    ['a numeric text', ' 1e-3 ', [[[to, 0.001]]]],
    ['zero', 0, [[[to, 0]]]],
    [
      'numbers, the last at the end',
      [1, '2'],
      [
        [
          [to - 5_000, 1],
          [to, 2],
        ],
      ],
    ],
    ['one number of a list', [7], [[[to, 7]]]],
    ['a point in seconds', [[to / 1000, 4]], [[[to, 4]]]],
    [
      'points out of order',
      [
        [to, 2],
        [to - 5_000, 1],
      ],
      [
        [
          [to - 5_000, 1],
          [to, 2],
        ],
      ],
    ],
    ['points in ISO 8601', [['2023-11-14T22:14:20', 4]], [[[to, 4]]]],
    ['a zone', [['2023-11-14T23:14:20+01:00', 4]], [[[to, 4]]]],
    ['a series of points', { points: [[to, 4]] }, [[[to, 4]]]],
    ['several', [{ labels: { a: 1 }, points: [[to, 4]] }, { value: 5 }], [[[to, 4]], [[to, 5]]]],
  ])('reads %s', async (_name, body, expected) => {
    expect(await pointsOf(body)).toEqual(expected);
  });

  it('reads what a path finds in several places as a list', async () => {
    expect(await pointsOf([{ n: 1 }, { n: 2 }], { value: '$.data[*].n' })).toEqual([
      [
        [to - 5_000, 1],
        [to, 2],
      ],
    ]);
  });

  it('reads elements with times and labels, one series per set of labels', async () => {
    const rows = [0, 1, 2, 3].map((index) => ({
      t: to - (index >> 1) * 5_000,
      by: { code: index % 2 },
      n: index,
    }));
    stub.answerWith(json({ rows }));
    const labels = { code: '$.by.code' };
    expect(await ask({ each: '$.rows[*]', time: '$.t', value: '$.n', labels })).toEqual({
      kind: 'points',
      series: [
        {
          labels: { code: '0' },
          points: [
            [to - 5_000, 2],
            [to, 0],
          ],
        },
        {
          labels: { code: '1' },
          points: [
            [to - 5_000, 3],
            [to, 1],
          ],
        },
      ],
    });
  });

  it.each([
    ['lacks its time', [{ n: 1 }]],
    ['lacks its label', [{ t: to, n: 1 }]],
    ['is no number', [{ t: to, n: {}, code: 1 }]],
  ])('refuses an element that %s', async (_name, rows) => {
    stub.answerWith(json(rows));
    const query = { each: '$[*]', time: '$.t', value: '$.n', labels: { code: '$.code' } };
    expect(await ask(query)).toMatchObject({ kind: 'error', retryable: false });
  });

  it('thins points that lie closer than the step, keeping the last of each', async () => {
    const points = Array.from({ length: 60 }, (_, second) => [
      to - 59_000 + second * 1_000,
      second,
    ]);
    const [series] = (await pointsOf(points)) as number[][][];
    expect(series).toHaveLength(12);
    expect(series!.at(-1)).toEqual([to, 59]);
    expect(series!.at(-2)).toEqual([to - 5_000, 54]);
  });

  it('takes no value of another time for evidence', async () => {
    stub.answerWith(
      json([
        [to - 3_600_000, 1],
        [to + 3_600_000, 2],
      ]),
    );
    const detail = expect.stringContaining('points outside the time range were left out');
    expect(await ask({})).toEqual({ kind: 'noData', detail });
  });

  it('has no data where the path finds nothing', async () => {
    const detail = expect.stringContaining('the JSONPath finds nothing');
    expect(await ask({ value: '$.nothing.here' })).toEqual({ kind: 'noData', detail });
  });

  it.each([
    ['no YAML', '{ value: "', 'not YAML'],
    ['a bare path', '$.rate', 'write it like'],
    ['no JSONPath', { value: 'rate' }, 'value: is not JSONPath'],
    ['code', { value: '$[(process.exit())]' }, 'value: is not JSONPath'],
    ['a function of our runtime', { value: '$[?constructor(@)]' }, 'value: is not JSONPath'],
    ['a pattern that may backtrack', { value: '$[?match(@.a, "(a+)+")]' }, 'is not JSONPath'],
    ['a misspelt field', { valu: '$' }, 'valu'],
    ['a version that YAML takes for a number', 'parameters: { version: 1.10 }', 'put it in quotes'],
    ['a path without /', { path: 'stats' }, 'path'],
    ['another host', { path: '@example.com' }, 'path'],
    ['a query string in the path', { path: '/a?b=c' }, 'parameters'],
    ['a body with GET', { method: 'GET', body: {} }, 'method'],
    ['labels without elements', { labels: { a: '$.a' } }, 'each'],
    ['an unknown placeholder', { parameters: { a: '{{form}}' } }, '{{form}} stands for nothing'],
  ])('refuses %s, and asks nobody', async (_name, query, detail) => {
    const answer = await ask(query);
    expect(answer).toMatchObject({ kind: 'error', retryable: false });
    expect(answer).toMatchObject({ detail: expect.stringContaining(detail) });
    expect(stub.requests).toHaveLength(0);
  });

  it.each(['$.__proto__', '$.constructor.name', '$.toString', "$['__proto__']"])(
    'finds nothing that JSON does not say: %s',
    async (value) => {
      stub.answerWith(json({}));
      expect(await ask({ value })).toMatchObject({ kind: 'noData' });
    },
  );

  it('survives an answer that is deeper than any metric', async () => {
    stub.answerWith({ body: `${'['.repeat(50_000)}1${']'.repeat(50_000)}` });
    expect(await ask({ value: '$..x' })).toMatchObject({ kind: 'error' });
  });

  it('survives a path that is too wide', async () => {
    stub.answerWith(json(Array.from({ length: 30_000 }, () => 1)));
    const detail = expect.stringContaining('more than 20000 values');
    expect(await ask({ value: '$[*]' })).toEqual({ kind: 'error', detail, retryable: false });
  });

  it.each([
    [{}, 'url'],
    [{ url: 'ftp://example.com' }, 'url'],
    [{ url: 'https://x', token: 'a', username: 'b' }, 'token'],
    [{ url: 'https://x', headers: { a: 'b\r\nc: d' } }, 'headers.a'],
    [{ url: 'https://x', method: 'POST' }, ''],
  ])('refuses the connection %j', (connection, path) => {
    const result = web.connection.safeParse(connection);
    expect(result.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});
