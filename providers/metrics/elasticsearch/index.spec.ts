import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeMetricProvider } from '../../../test/contracts/metrics.ts';
import { aContext } from '../../../test/support/call-context.ts';
import { startHttpStub, type HttpStub, type StubAnswer } from '../../../test/support/http-stub.ts';
import type { MetricQuery } from '../contract.ts';
import { elasticsearch } from './index.ts';

const to = 1_700_000_060_000;
const range = { from: to - 60_000, to, step: 5_000 };
const shards = { total: 2, successful: 2, skipped: 0, failed: 0 };
const recent = { range: { '@timestamp': { gte: '{{from.iso}}', lt: '{{to.iso}}' } } };

function open(connection: Record<string, unknown>) {
  return elasticsearch.create({}, elasticsearch.connection.parse(connection));
}

function json(body: unknown, status = 200): StubAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function found(buckets: unknown, more: object = {}): StubAnswer {
  const aggregations = { codes: { buckets } };
  return json({ took: 1, timed_out: false, _shards: shards, aggregations, ...more });
}

const byCode = {
  index: 'requests-*',
  search: { query: recent, aggs: { codes: { terms: { field: 'code' } } } },
  each: '$.aggregations.codes.buckets[*]',
  labels: { code: '$.key' },
  value: '$.ms.value',
};
const bucket = (key: unknown, value: unknown) => ({ key, doc_count: 3, ms: { value } });
const series = (code: string, value: number) => ({
  labels: { code },
  points: [[to, value]] as [number, number][],
});

describeMetricProvider({
  vendor: 'elasticsearch',
  open: (url, timeoutMs) => open({ url, timeoutMs, apiKey: 'not-for-your-eyes' }),
  query: { ...range, query: JSON.stringify(byCode) },
  secret: 'not-for-your-eyes',
  answers: {
    points: { answer: found([bucket(500, 1.5)]), series: [series('500', 1.5)] },
    severalSeries: {
      answer: found([bucket('500', 1), bucket('502', 2)]),
      series: [series('500', 1), series('502', 2)],
    },
    partlyNotANumber: {
      answer: found([bucket(500, null), bucket(501, 'NaN'), bucket(502, 2)]),
      series: [series('502', 2)],
    },
    empty: found([]),
    notANumber: found([bucket(500, null), bucket(501, 'Infinity')]),
    malformed: [
      { body: '<!DOCTYPE html><title>Sign in</title>' },
      { body: '' },
      { body: '{"took":1,"_shards":{' },
      json({}),
      json([]),
      json({ aggregations: {} }),
      found([bucket(500, 'many')]),
      found([bucket(null, 1)]),
    ],
  },
});

describe('providers/metrics/elasticsearch/index', () => {
  let stub: HttpStub;
  beforeAll(async () => {
    stub = await startHttpStub();
  });
  afterAll(() => stub.close());
  beforeEach(() => {
    stub.requests.length = 0;
    stub.answerWith(found([bucket(500, 1)]));
  });

  const ask = (query: object | string, connection = {}, more: Partial<MetricQuery> = {}) => {
    const text = typeof query === 'string' ? query : JSON.stringify(query);
    return open({ url: stub.url, ...connection }).query(
      { ...range, query: text, ...more },
      aContext(),
    );
  };

  it('searches for aggregations alone, and for all of them or none', async () => {
    await ask(byCode, { url: `${stub.url}/es/` });
    const [request] = stub.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/es/requests-*/_search' });
    expect(Object.fromEntries(request!.query)).toEqual({
      allow_no_indices: 'false',
      ignore_unavailable: 'false',
      allow_partial_search_results: 'false',
    });
    expect(JSON.parse(request!.body)).toEqual({
      query: {
        range: {
          '@timestamp': { gte: '2023-11-14T22:13:20.000Z', lt: '2023-11-14T22:14:20.000Z' },
        },
      },
      aggs: { codes: { terms: { field: 'code' } } },
      size: 0,
      timeout: '10000ms',
    });
  });

  it('reads a history from a histogram of dates', async () => {
    const histogram = { field: '@timestamp', fixed_interval: '{{step}}', offset: '{{offset}}' };
    const query = {
      index: 'requests',
      search: { query: recent, aggs: { codes: { date_histogram: histogram } } },
      each: '$.aggregations.codes.buckets[*]',
      time: '$.key',
      value: '$.doc_count',
    };
    const buckets = Array.from({ length: 180 }, (_, index) => ({
      key: to - 1_800_000 + index * 10_000,
      doc_count: index,
    }));
    stub.answerWith(found(buckets));
    const from = to - 1_800_000;
    const answer = await ask(query, {}, { from, step: 10_000 });
    const points = buckets.map(({ key, doc_count: count }) => [key, count]);
    expect(answer).toEqual({ kind: 'points', series: [{ labels: {}, points }] });
    expect(JSON.parse(stub.requests[0]!.body)).toMatchObject({
      aggs: {
        codes: { date_histogram: { fixed_interval: '10000ms', offset: `${from % 10_000}ms` } },
      },
    });
  });

  it('counts documents', async () => {
    stub.answerWith(json({ count: 42, _shards: shards }));
    expect(await ask({ index: 'a,b-*', count: recent })).toEqual({
      kind: 'points',
      series: [{ labels: {}, points: [[to, 42]] }],
    });
    expect(stub.requests[0]).toMatchObject({ path: '/a%2Cb-*/_count' });
    expect(JSON.parse(stub.requests[0]!.body)).toMatchObject({ query: { range: {} } });
  });

  it('takes a count of nothing for a count', async () => {
    stub.answerWith(json({ count: 0, _shards: shards }));
    expect(await ask({ index: 'a', count: recent })).toMatchObject({
      series: [{ points: [[to, 0]] }],
    });
  });

  it('asks in ES|QL', async () => {
    const columns = ['value', 'time', 'ho"st', 'code'].map((name) => ({ name, type: 'keyword' }));
    const at = '2023-11-14T22:14:20.000Z';
    const values = [
      [3, at, 'a', 500],
      [4, at, null, 500],
      [null, at, 'a', 502],
    ];
    stub.answerWith(json({ is_partial: false, columns, values }));
    const esql = 'FROM requests | WHERE @timestamp >= "{{from.iso}}" | STATS value = COUNT(*)';
    expect(await ask({ esql })).toEqual({
      kind: 'points',
      series: [
        { labels: { 'ho"st': 'a', code: '500' }, points: [[to, 3]] },
        { labels: { 'ho"st': '', code: '500' }, points: [[to, 4]] },
      ],
    });
    expect(stub.requests[0]).toMatchObject({ path: '/_query' });
    stub.answerWith(json({ columns: [{ name: 'n', type: 'long' }], values: [[7]] }));
    expect(await ask({ esql })).toMatchObject({ series: [{ labels: {}, points: [[to, 7]] }] });
    stub.answerWith(json({ columns: columns.slice(2), values: [] }));
    expect(await ask({ esql })).toMatchObject({ kind: 'error', retryable: false });
    stub.answerWith(json({ is_partial: true, columns, values }));
    expect(await ask({ esql })).toMatchObject({ kind: 'error', retryable: true });
  });

  it.each([
    ['shards that failed', { _shards: { ...shards, failed: 1 } }, '1 of 2 shards failed'],
    [
      'a reason of theirs',
      { _shards: { ...shards, failed: 1, failures: [{ reason: { reason: 'disk' } }] } },
      '1 of 2 shards failed: disk',
    ],
    ['a search out of time', { timed_out: true }, 'ran out of time'],
    ['a cluster that was skipped', { _clusters: { total: 2, skipped: 1 } }, 'remote cluster'],
    ['a cluster that answered in part', { _clusters: { total: 2, partial: 1 } }, 'remote cluster'],
  ])('takes %s for no evidence', async (_name, more, detail) => {
    stub.answerWith(found([bucket(500, 1)], more));
    const answer = await ask(byCode);
    expect(answer).toMatchObject({ kind: 'error', retryable: true });
    expect(answer).toMatchObject({ detail: expect.stringContaining(detail) });
  });

  it('has no data where no index matches', async () => {
    stub.answerWith(found([], { _shards: { total: 0, successful: 0, failed: 0 } }));
    expect(await ask(byCode)).toEqual({ kind: 'noData', detail: 'no index matches the pattern' });
  });

  it.each([
    [400, 'parsing_exception', false],
    [404, 'index_not_found_exception', false],
    [429, 'es_rejected_execution_exception', true],
    [503, 'search_phase_execution_exception', true],
  ])('says what Elasticsearch said: %d %s', async (status, type, retryable) => {
    const root = [{ type, reason: 'the cause' }];
    stub.answerWith(json({ error: { type, reason: 'what', root_cause: root }, status }, status));
    const detail = `Elasticsearch answered ${status}: ${type}: what: the cause`;
    expect(await ask(byCode)).toEqual({ kind: 'error', detail, retryable });
  });

  it.each([
    ['an API key', { apiKey: 'k' }, 'ApiKey k'],
    ['a token', { token: 't' }, 'Bearer t'],
    ['a user', { username: 'ada', password: 'x' }, 'Basic YWRhOng='],
  ])('logs in with %s', async (_name, connection, expected) => {
    await ask(byCode, connection);
    expect(stub.requests[0]?.headers['authorization']).toBe(expected);
  });

  const since = '{{from}}';
  it.each([
    ['no range', { index: 'a', count: {} }, 'must name its range'],
    ['no path to the number', { index: 'a', search: { since } }, 'write it like'],
    [
      'a size of its own',
      { index: 'a', search: { size: 10, since }, value: '$.a' },
      'write it like',
    ],
    ['another address', { index: '../_cluster', count: { since } }, 'write it like'],
    ['an address in the index', { index: 'a/_delete_by_query', count: { since } }, 'write it like'],
    ['an endpoint in place of the index', { index: '_all', count: { since } }, 'write it like'],
    ['two ways at once', { index: 'a', count: { since }, esql: 'FROM a' }, 'write it like'],
    ['an unknown placeholder', { index: '{{form}}', count: { since } }, '{{form}} stands for'],
  ])('refuses %s', async (_name, query, detail) => {
    const answer = await ask(query);
    expect(answer).toMatchObject({ kind: 'error', retryable: false });
    expect(answer).toMatchObject({ detail: expect.stringContaining(detail) });
    expect(stub.requests).toHaveLength(0);
  });

  it.each([
    [{}, 'url'],
    [{ url: 'http://x', apiKey: 'a', token: 'b' }, 'apiKey'],
    [{ url: 'http://x', token: 'a', username: 'b' }, 'token'],
    [{ url: 'http://x', index: 'a' }, ''],
  ])('refuses the connection %j', (connection, path) => {
    const result = elasticsearch.connection.safeParse(connection);
    expect(result.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});
