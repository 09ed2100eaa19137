import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeMetricProvider } from '../../../test/contracts/metrics.ts';
import { aContext } from '../../../test/support/call-context.ts';
import { startHttpStub, type HttpStub, type StubAnswer } from '../../../test/support/http-stub.ts';
import type { MetricQuery } from '../contract.ts';
import { newrelic } from './index.ts';

const start = 1_700_000_000;
const range: MetricQuery = {
  query: "SELECT count(*) FROM Transaction WHERE tags.version = '1.1.0'",
  from: start * 1000,
  to: (start + 30) * 1000,
  step: 10_000,
};
const keys = { account: 1234567, apiKey: 'not-for-your-eyes' };

function open(connection: Record<string, unknown>) {
  return newrelic.create({}, newrelic.connection.parse({ ...keys, ...connection }));
}

function json(body: unknown, status = 200): StubAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function nrql(results: unknown[], metadata: Record<string, unknown> = {}): StubAnswer {
  const whole = { facets: null, messages: [], ...metadata };
  return json({ data: { actor: { account: { nrql: { results, metadata: whole } } } } });
}

function errors(message: string, extensions?: Record<string, string>): StubAnswer {
  const path = ['actor', 'account', 'nrql'];
  const error = { message, path, locations: [{ line: 1, column: 2 }], extensions };
  return json({ data: { actor: { account: { nrql: null } } }, errors: [error] });
}

/** A bucket of ten seconds, the `index`th of the range. */
function bucket(index: number, rest: Record<string, unknown>) {
  const begin = start + index * 10;
  return { beginTimeSeconds: begin, endTimeSeconds: begin + 10, ...rest };
}

const point = (seconds: number, value: number): [number, number] => [
  (start + seconds) * 1000,
  value,
];
const counts = [bucket(0, { count: 4 }), bucket(1, { count: 0 }), bucket(2, { count: 6 })];
const points = [point(10, 4), point(20, 0), point(30, 6)];

describeMetricProvider({
  vendor: 'newrelic',
  open: (url, timeoutMs) => open({ url, timeoutMs, delayMs: 0 }),
  query: range,
  secret: 'not-for-your-eyes',
  answers: {
    points: { answer: nrql(counts), series: [{ labels: {}, points }] },
    severalSeries: {
      answer: nrql(
        [
          bucket(0, { facet: ['a', 500], host: 'a', httpResponseCode: 500, count: 1 }),
          bucket(0, { facet: ['b', null], host: 'b', count: 2 }),
          bucket(1, { facet: ['a', 500], host: 'a', httpResponseCode: 500, count: 3 }),
        ],
        { facets: ['host', 'httpResponseCode'] },
      ),
      series: [
        { labels: { host: 'a', httpResponseCode: '500' }, points: [point(10, 1), point(20, 3)] },
        { labels: { host: 'b', httpResponseCode: '' }, points: [point(10, 2)] },
      ],
    },
    partlyNotANumber: {
      answer: nrql([
        bucket(0, { 'average.duration': null }),
        bucket(1, { 'average.duration': 0.25 }),
      ]),
      series: [{ labels: {}, points: [point(20, 0.25)] }],
    },
    empty: nrql([]),
    notANumber: nrql([{ 'average.duration': null }]),
    malformed: [
      { body: '<!DOCTYPE html><title>Sign in</title>' },
      { body: '' },
      json([]),
      json({ data: null }),
      json({ data: { actor: { account: null } } }),
      json({ data: { actor: { account: { nrql: { results: [7] } } } } }),
    ],
  },
});

describe('providers/metrics/newrelic/index', () => {
  let stub: HttpStub;
  beforeAll(async () => {
    stub = await startHttpStub();
  });
  afterAll(() => stub.close());
  beforeEach(() => {
    stub.requests.length = 0;
    stub.answerWith(nrql(counts));
  });

  const ask = (query: MetricQuery, connection: Record<string, unknown> = {}) =>
    open({ url: `${stub.url}/graphql`, delayMs: 0, ...connection }).query(query, aContext());
  const asked = () => JSON.parse(stub.requests.at(-1)!.body);

  it('asks NerdGraph for a time series over the range', async () => {
    await ask(range);
    expect(stub.requests).toHaveLength(1);
    expect(stub.requests[0]).toMatchObject({
      method: 'POST',
      path: '/graphql',
      headers: { 'content-type': 'application/json', 'api-key': 'not-for-your-eyes' },
    });
    expect(asked().query).toContain('nrql(query: $nrql, timeout: $timeout)');
    expect(asked().variables).toEqual({
      account: 1234567,
      nrql: `${range.query} SINCE 1700000000000 UNTIL 1700000030000 TIMESERIES 10 SECONDS`,
      timeout: 10,
    });
  });

  it('asks for one value in a look, over exactly its range', async () => {
    stub.answerWith(nrql([{ count: 12 }]));
    const look = { ...range, from: range.from + 3_004, to: range.from + 13_017, step: 10_013 };
    const answer = await ask(look);
    expect(asked().variables.nrql).toMatch(/ SINCE 1700000003000 UNTIL 1700000013000$/);
    expect(answer).toEqual({ kind: 'points', series: [{ labels: {}, points: [point(13, 12)] }] });
  });

  it('asks for half an hour of history at the distance of the interval', async () => {
    await ask({ ...range, from: range.to - 1_800_000 });
    expect(asked().variables.nrql).toMatch(/UNTIL 1700000030000 TIMESERIES 10 SECONDS$/);
  });

  it('makes buckets larger where there would be more than New Relic has', async () => {
    await ask({ ...range, from: range.to - 7_200_000 });
    expect(asked().variables.nrql).toMatch(/TIMESERIES 20 SECONDS$/);
  });

  it('has nothing for a look in which no second ended, and does not ask', async () => {
    const look = { ...range, from: range.from + 100, to: range.from + 600, step: 500 };
    expect(await ask(look)).toMatchObject({
      kind: 'noData',
      detail: expect.stringContaining('1 s'),
    });
    expect(stub.requests).toHaveLength(0);
  });

  it('waits until agents have sent everything', async () => {
    await ask(range, { delayMs: undefined });
    expect(asked().variables.nrql).toContain('SINCE 1699999970000 UNTIL 1700000000000');
  });

  it('reads percentiles, several functions, and buckets of latency', async () => {
    const look = { ...range, from: range.to - 10_000 };
    stub.answerWith(nrql([{ 'percentile.duration': { '99': 0.3 }, inspectedCount: 99 }]));
    const one = [{ labels: {}, points: [point(30, 0.3)] }];
    expect(await ask(look)).toEqual({ kind: 'points', series: one });
    stub.answerWith(nrql([{ '0.1': 5, '0.5': 8, '+Inf': 9 }]));
    expect(await ask(look)).toEqual({
      kind: 'points',
      series: [
        { labels: { le: '0.1' }, points: [point(30, 5)] },
        { labels: { le: '0.5' }, points: [point(30, 8)] },
        { labels: { le: '+Inf' }, points: [point(30, 9)] },
      ],
    });
  });

  it('repeats what New Relic says when there is nothing', async () => {
    stub.answerWith(nrql([], { messages: ['No events of type Transactoin'] }));
    expect(await ask(range)).toEqual({
      kind: 'noData',
      detail: 'no series match the query (New Relic says: No events of type Transactoin)',
    });
  });

  it.each([
    ['NRQL Syntax Error: unexpected FORM', { errorClass: 'BAD_USER_INPUT' }, false],
    ['Invalid API key', { error_code: 'BAD_API_KEY' }, false],
    ['something else', undefined, false],
    ['NRDB timed out', { errorClass: 'TIMEOUT' }, true],
    ['An error occurred', { errorClass: 'SERVER_ERROR' }, true],
    ['An error occurred', { errorClass: 'INTERNAL_SERVER_ERROR' }, true],
    ['Query limit exceeded', { errorClass: 'TOO_MANY_REQUESTS' }, true],
  ])(
    'finds the error in status 200: %s %j, retryable %s',
    async (message, extensions, retryable) => {
      stub.answerWith(errors(message, extensions));
      const detail = `New Relic answered 200: ${message}`;
      expect(await ask(range)).toEqual({ kind: 'error', detail, retryable });
    },
  );

  it('takes half a result for none', async () => {
    const data = { actor: { account: { nrql: { results: counts } } } };
    const wrong = { message: 'shard down', extensions: { errorClass: 'SERVER_ERROR' } };
    stub.answerWith(json({ data, errors: [wrong] }));
    expect(await ask(range)).toMatchObject({ kind: 'error', retryable: true });
  });

  it('repeats what NerdGraph says of a refusal', async () => {
    stub.answerWith(json({ errors: [{ message: 'The API key is not valid.' }] }, 401));
    const detail = 'New Relic answered 401: The API key is not valid.';
    expect(await ask(range)).toEqual({ kind: 'error', detail, retryable: false });
  });

  it.each(['SINCE 5 minutes ago', 'until 1 minute ago', 'TIMESERIES', 'compare with 1 day ago'])(
    'refuses a query that says %s',
    async (clause) => {
      const query = `${range.query} ${clause}`;
      expect(await ask({ ...range, query })).toMatchObject({ kind: 'error', retryable: false });
      expect(stub.requests).toHaveLength(0);
    },
  );

  it('lets such words stand in quotes', async () => {
    const query = "SELECT count(*) FROM Log WHERE message = 'up since' AND `until` = 1";
    expect(await ask({ ...range, query })).toMatchObject({ kind: 'points' });
  });

  it.each([
    [{ account: 'acme', apiKey: 'k' }, 'account'],
    [{ account: 1 }, 'apiKey'],
    [{ ...keys, region: 'mars' }, 'region'],
    [{ ...keys, region: 'eu', url: 'http://x' }, 'region'],
    [{ ...keys, regoin: 'eu' }, ''],
  ])('refuses the connection %j', (connection, path) => {
    const result = newrelic.connection.safeParse(connection);
    expect(result.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });

  it('takes an account from the environment, where everything is text', () => {
    expect(newrelic.connection.parse({ ...keys, account: '42' })).toMatchObject({ account: 42 });
  });
});
