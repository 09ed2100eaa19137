import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeMetricProvider } from '../../../test/contracts/metrics.ts';
import { aContext } from '../../../test/support/call-context.ts';
import { startHttpStub, type HttpStub, type StubAnswer } from '../../../test/support/http-stub.ts';
import type { MetricQuery } from '../contract.ts';
import { datadog } from './index.ts';

const start = 1_700_000_000_000;
const range: MetricQuery = {
  query: 'sum:shop.requests{version:1.1.0}.as_count()',
  from: start,
  to: start + 30_000,
  step: 10_000,
};
const keys = { apiKey: 'an-api-key', applicationKey: 'not-for-your-eyes' };

function open(connection: Record<string, unknown>) {
  return datadog.create({}, datadog.connection.parse({ ...keys, ...connection }));
}

function json(body: unknown, status = 200): StubAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** Datadog answers from before the range, and with the bucket that is still filling. */
const times = [-10_000, 0, 10_000, 20_000, 30_000].map((late) => start + late);

function v2(...rows: [tags: string[], values: (number | null)[], formula?: number][]): StubAnswer {
  const series = rows.map(([tags, , query_index = 0]) => ({
    group_tags: tags,
    query_index,
    unit: [null, null],
  }));
  const values = rows.map(([, row]) => row);
  return json({
    data: { id: '0', type: 'timeseries_response', attributes: { series, times, values } },
  });
}

function v1(...rows: [tags: string[], values: (number | null)[]][]): StubAnswer {
  const series = rows.map(([tag_set, values]) => ({
    metric: 'shop.requests',
    tag_set,
    scope: tag_set.join(',') || '*',
    interval: 10,
    length: values.length,
    start: times[0],
    end: times.at(-1),
    pointlist: values.map((value, index) => [times[index], value]),
  }));
  return json({
    status: 'ok',
    res_type: 'time_series',
    resp_version: 1,
    query: range.query,
    series,
  });
}

const point = (late: number, value: number): [number, number] => [start + late, value];
const whole = { labels: {}, points: [point(10_000, 4), point(20_000, 5), point(30_000, 6)] };
const ofEnv = (env: string) => ({ ...whole, labels: { env } });
const half = { labels: { env: 'test' }, points: [point(20_000, 0.5)] };

describe.each([
  { api: 'v2', answer: v2 },
  { api: 'v1', answer: v1 },
])('providers/metrics/datadog/index: $api', ({ api, answer }) => {
  describeMetricProvider({
    vendor: `datadog ${api}`,
    open: (url, timeoutMs) => open({ url, timeoutMs, api, delayMs: 0 }),
    query: range,
    secret: 'not-for-your-eyes',
    answers: {
      points: { answer: answer([[], [3, 4, 5, 6, 1]]), series: [whole] },
      severalSeries: {
        answer: answer([['env:prod'], [3, 4, 5, 6, 1]], [['env:test'], [3, 4, 5, 6, 1]]),
        series: [ofEnv('prod'), ofEnv('test')],
      },
      partlyNotANumber: {
        answer: answer(
          [['env:dev'], [1, null, null, null, 1]],
          [['env:test'], [3, null, 0.5, null, 1]],
        ),
        series: [half],
      },
      empty: answer(),
      notANumber: answer([[], [null, null, null, null, null]]),
      malformed: [
        { body: '<!DOCTYPE html><title>Sign in</title>' },
        { body: '' },
        { body: '[]' },
        json({ data: { attributes: { times: ['now'], values: [['much']] } } }),
        json({ status: 'ok', data: 'nothing', series: [{ pointlist: 7 }] }),
      ],
    },
  });
});

describe('providers/metrics/datadog/index', () => {
  let stub: HttpStub;
  beforeAll(async () => {
    stub = await startHttpStub();
  });
  afterAll(() => stub.close());
  beforeEach(() => {
    stub.requests.length = 0;
    stub.answerWith(v2([[], [3, 4, 5, 6, 1]]));
  });

  const ask = (query: MetricQuery, connection: Record<string, unknown> = {}) =>
    open({ url: stub.url, delayMs: 0, ...connection }).query(query, aContext());
  const attributes = () => JSON.parse(stub.requests.at(-1)!.body).data.attributes;

  it('asks v2 for whole buckets of the wished size, with both keys', async () => {
    await ask({ ...range, from: range.from + 3_000, to: range.to + 3_040, step: 10_013 });
    expect(stub.requests).toHaveLength(1);
    expect(stub.requests[0]).toMatchObject({
      method: 'POST',
      path: '/api/v2/query/timeseries',
      headers: {
        'content-type': 'application/json',
        'dd-api-key': 'an-api-key',
        'dd-application-key': 'not-for-your-eyes',
      },
    });
    expect(JSON.parse(stub.requests[0]!.body)).toEqual({
      data: {
        type: 'timeseries_request',
        attributes: {
          from: range.from,
          to: range.to,
          interval: 10_000,
          queries: [{ name: 'query', data_source: 'metrics', query: range.query }],
          formulas: [{ formula: 'query' }],
        },
      },
    });
  });

  it('asks for half an hour of history at the distance of the interval', async () => {
    const history = { ...range, from: range.to - 1_800_000 };
    await ask(history);
    expect(attributes()).toMatchObject({ from: history.from, to: range.to, interval: 10_000 });
  });

  it('waits until agents have sent everything', async () => {
    await ask(range, { delayMs: undefined });
    expect(attributes()).toMatchObject({ from: range.from - 30_000, to: range.to - 30_000 });
  });

  it('takes formulas over several queries in Datadog’s own words', async () => {
    const queries = [
      { name: 'a', data_source: 'logs', compute: { aggregation: 'count' }, search: { query: 'x' } },
      { name: 'b', data_source: 'metrics', query: 'sum:b{*}' },
    ];
    const formulas = [{ formula: 'a / b' }, { formula: 'b' }];
    stub.answerWith(v2([['env:prod'], [3, 4, 5, 6, 1], 0], [['env:prod'], [3, 4, 5, 6, 1], 1]));
    const answer = await ask({ ...range, query: JSON.stringify({ queries, formulas }) });
    expect(attributes()).toMatchObject({ queries, formulas });
    expect(answer).toEqual({
      kind: 'points',
      series: [
        { ...whole, labels: { env: 'prod', formula: 'a / b' } },
        { ...whole, labels: { env: 'prod', formula: 'b' } },
      ],
    });
  });

  it.each([
    ['{"queries":[]}', 'queries'],
    ['{"queries":[{"name":"a","data_source":"metrics"}]}', 'formulas'],
    ['{not json}', 'JSON'],
  ])('refuses %s without asking', async (query, named) => {
    expect(await ask({ ...range, query })).toEqual({
      kind: 'error',
      retryable: false,
      detail: expect.stringContaining(named),
    });
    expect(stub.requests).toHaveLength(0);
  });

  it('takes {{interval}} inside a rollup, and buckets no smaller than the rollup’s', async () => {
    await ask({ ...range, query: 'sum:shop.requests{*}.rollup(sum, 10s)' });
    expect(attributes().queries[0].query).toBe('sum:shop.requests{*}.rollup(sum, 10)');
    stub.requests.length = 0;
    const query = 'sum:shop.requests{*}.rollup(sum, 60)';
    const answer = await ask({ ...range, query, from: start + 5_000, to: start + 15_000 });
    expect(answer).toMatchObject({ kind: 'noData', detail: expect.stringContaining('60 s') });
    expect(stub.requests).toHaveLength(0);
  });

  it('asks v1 in seconds, and for a little more, so that the first bucket is whole', async () => {
    stub.answerWith(v1([[], [3, 4, 5, 6, 1]]));
    await ask(range, { api: 'v1' });
    expect(stub.requests[0]).toMatchObject({ method: 'GET', path: '/api/v1/query' });
    expect(Object.fromEntries(stub.requests[0]!.query)).toEqual({
      from: '1699999700',
      to: '1700000030',
      query: range.query,
    });
    expect(stub.requests[0]?.headers).toMatchObject({ 'dd-application-key': 'not-for-your-eyes' });
  });

  it('gives a look one bucket of v1: the one that ended in it', async () => {
    stub.answerWith(v1([[], [3, 4, 5, 6, 1]]));
    const between = { ...range, from: start + 12_000, to: start + 22_000 };
    const series = [{ labels: {}, points: [point(20_000, 5)] }];
    expect(await ask(between, { api: 'v1' })).toEqual({ kind: 'points', series });
    const short = { ...range, from: start + 12_000, to: start + 15_000 };
    expect(await ask(short, { api: 'v1' })).toMatchObject({
      kind: 'noData',
      detail: expect.stringContaining('10 s'),
    });
  });

  it.each(['v1', 'v2'])('gives %s a moment the last whole bucket before it', async (api) => {
    const rows: [string[], number[]] = [[], [3, 4, 5, 6, 1]];
    stub.answerWith(api === 'v1' ? v1(rows) : v2(rows));
    const series = [{ labels: {}, points: [point(20_000, 5)] }];
    const moment = { ...range, from: start + 20_000, to: start + 20_000 };
    expect(await ask(moment, { api })).toEqual({ kind: 'points', series });
  });

  it('repeats what Datadog says of a refusal', async () => {
    stub.answerWith(json({ errors: ['Forbidden'] }, 403));
    const detail = 'Datadog answered 403: Forbidden';
    expect(await ask(range)).toEqual({ kind: 'error', detail, retryable: false });
  });

  it('takes an error beside status 200 for one that may pass', async () => {
    stub.answerWith(json({ errors: 'query timed out' }));
    const detail = 'Datadog answered 200: query timed out';
    expect(await ask(range)).toEqual({ kind: 'error', detail, retryable: true });
    stub.answerWith(json({ status: 'error', error: 'query timed out' }));
    expect(await ask(range, { api: 'v1' })).toEqual({ kind: 'error', detail, retryable: true });
  });

  it.each([
    [{ 'x-ratelimit-reset': '12' }, 12_000],
    [{ 'x-ratelimit-reset': '12', 'retry-after': '3' }, 3_000],
  ])('waits as long as %j says', async (headers, retryAfterMs) => {
    stub.answerWith({ status: 429, headers });
    expect(await ask(range)).toMatchObject({ kind: 'error', retryable: true, retryAfterMs });
  });

  it.each([
    [{ ...keys, apiKey: 'two\nlines' }, 'apiKey'],
    [{ apiKey: 'a' }, 'applicationKey'],
    [{ ...keys, site: 'https://datadoghq.eu' }, 'site'],
    [{ ...keys, site: 'datadoghq.eu', url: 'http://x' }, 'site'],
    [{ ...keys, api: 'v3' }, 'api'],
    [{ ...keys, delayMs: -1 }, 'delayMs'],
    [{ ...keys, sight: 'datadoghq.eu' }, ''],
  ])('refuses the connection %j', (connection, path) => {
    const result = datadog.connection.safeParse(connection);
    expect(result.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});
