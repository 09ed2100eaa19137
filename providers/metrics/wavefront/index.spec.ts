import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeMetricProvider } from '../../../test/contracts/metrics.ts';
import { aContext } from '../../../test/support/call-context.ts';
import { startHttpStub, type HttpStub, type StubAnswer } from '../../../test/support/http-stub.ts';
import type { MetricQuery } from '../contract.ts';
import { wavefront } from './index.ts';

const start = 1_700_000_000;
const range: MetricQuery = {
  query: 'align(10s, sum, ts(shop.requests, version="1.1.0"))',
  from: start * 1000,
  to: (start + 30) * 1000,
  step: 10_000,
};

function open(connection: Record<string, unknown>) {
  const whole = { token: 'not-for-your-eyes', ...connection };
  return wavefront.create({}, wavefront.connection.parse(whole));
}

function json(body: unknown, status = 200): StubAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

type Value = number | string;

/** A series whose points are ten seconds apart, from the start of the range on. */
function series(values: Value[], named: object = {}) {
  return { ...named, data: values.map((value, index) => [start + index * 10, value]) };
}

function chart(...timeseries: object[]): StubAnswer {
  const found = timeseries.length > 0 ? { timeseries } : {};
  return json({ query: range.query, name: 'query', stats: { keys: 1 }, granularity: 1, ...found });
}

const point = (seconds: number, value: number): [number, number] => [
  (start + seconds) * 1000,
  value,
];
const points = [point(10, 4), point(20, 0), point(30, 6)];

describeMetricProvider({
  vendor: 'wavefront',
  open: (url, timeoutMs) => open({ url, timeoutMs, delayMs: 0 }),
  query: range,
  secret: 'not-for-your-eyes',
  answers: {
    points: { answer: chart(series([4, 0, 6, 1])), series: [{ labels: {}, points }] },
    severalSeries: {
      answer: chart(
        series([4, 0, 6], { label: 'shop.requests', host: 'a', tags: { version: '1.1.0' } }),
        series([4, 0, 6], { label: 'shop.requests', host: 'b' }),
      ),
      series: [
        { labels: { version: '1.1.0', label: 'shop.requests', source: 'a' }, points },
        { labels: { label: 'shop.requests', source: 'b' }, points },
      ],
    },
    partlyNotANumber: {
      answer: chart(series(['NaN', 0.25, 'Infinity']), series(['NaN'])),
      series: [{ labels: {}, points: [point(20, 0.25)] }],
    },
    empty: chart(),
    notANumber: chart(series(['NaN', '-Infinity'])),
    malformed: [
      { body: '<!DOCTYPE html><title>Sign in</title>' },
      { body: '' },
      json([]),
      json({}),
      json({ query: 'x', timeseries: [{ data: [['now', 'much']] }] }),
    ],
  },
});

describe('providers/metrics/wavefront/index', () => {
  let stub: HttpStub;
  beforeAll(async () => {
    stub = await startHttpStub();
  });
  afterAll(() => stub.close());
  beforeEach(() => {
    stub.requests.length = 0;
    stub.answerWith(chart(series([4, 0, 6])));
  });

  const ask = (query: MetricQuery, connection: Record<string, unknown> = {}) =>
    open({ url: stub.url, delayMs: 0, ...connection }).query(query, aContext());
  const asked = () => Object.fromEntries(stub.requests.at(-1)!.query);

  it('asks strictly for whole buckets, in milliseconds', async () => {
    await ask({ ...range, from: range.from + 3_000, to: range.to + 3_040, step: 10_013 });
    expect(stub.requests).toHaveLength(1);
    expect(stub.requests[0]).toMatchObject({
      method: 'GET',
      path: '/api/v2/chart/api',
      headers: { authorization: 'Bearer not-for-your-eyes' },
    });
    expect(asked()).toEqual({
      q: range.query,
      s: '1700000000000',
      e: '1700000030000',
      g: 's',
      strict: 'true',
      i: 'false',
      summarization: 'MEAN',
      p: '3600',
    });
  });

  it.each([
    [10_000, 's'],
    [60_017, 'm'],
    [90_000, 's'],
    [300_000, 'm'],
    [3_600_000, 'h'],
  ])('asks at a step of %d ms by %s', async (step, g) => {
    await ask({ ...range, query: 'ts(x)', from: range.to - 2 * step, step });
    expect(asked()['g']).toBe(g);
  });

  it('gives a look one bucket: the one that ended in it', async () => {
    const look = { ...range, from: range.from + 12_000, to: range.from + 22_000 };
    expect(await ask(look)).toMatchObject({ series: [{ points: [point(20, 0)] }] });
    stub.requests.length = 0;
    const short = { ...range, from: range.from + 12_000, to: range.from + 15_000, step: 3_000 };
    expect(await ask(short)).toMatchObject({
      kind: 'noData',
      detail: expect.stringContaining('10 s'),
    });
    expect(stub.requests).toHaveLength(0);
  });

  it('keeps one point per step of a query that makes no buckets', async () => {
    const data = Array.from({ length: 30 }, (_, index) => [start + index, index]);
    stub.answerWith(chart({ data }));
    const answer = await ask({ ...range, query: 'ts(shop.queue)' });
    expect(answer).toEqual({
      kind: 'points',
      series: [{ labels: {}, points: [point(10, 9), point(20, 19), point(30, 29)] }],
    });
  });

  it('asks for half an hour of history at the distance of the interval', async () => {
    await ask({ ...range, from: range.to - 1_800_000 });
    expect(asked()).toMatchObject({ s: '1699998230000', e: '1700000030000' });
  });

  it('waits until proxies have sent everything', async () => {
    await ask(range, { delayMs: undefined });
    expect(asked()['e']).toBe('1700000000000');
  });

  it.each([
    ['QuerySyntaxError', false],
    ['QueryExecutionError', true],
  ])('finds %s in status 200, retryable %s', async (errorType, retryable) => {
    stub.answerWith(json({ query: 'ts(', errorType, errorMessage: 'unexpected end' }));
    const detail = `Wavefront answered 200: ${errorType}: unexpected end`;
    expect(await ask(range)).toEqual({ kind: 'error', detail, retryable });
  });

  it('repeats warnings where there is nothing', async () => {
    const warnings = 'No metrics matching - [shop.requests]';
    stub.answerWith(json({ query: range.query, warnings }));
    const detail = `no series match the query (Wavefront warns: ${warnings})`;
    expect(await ask(range)).toEqual({ kind: 'noData', detail });
  });

  it.each([
    [{ status: { result: 'ERROR', message: 'Invalid token', code: 401 } }, 'Invalid token'],
    [{ errorType: 'Forbidden', errorMessage: 'not yours' }, 'not yours'],
    [{ message: 'Unauthorized' }, 'Unauthorized'],
  ])('repeats what Wavefront says of a refusal: %j', async (body, said) => {
    stub.answerWith(json(body, 401));
    const detail = `Wavefront answered 401: ${said}`;
    expect(await ask(range)).toEqual({ kind: 'error', detail, retryable: false });
  });

  it.each([
    [{ token: 'a' }, 'url'],
    [{ url: 'http://x' }, 'token'],
    [{ url: 'http://x', token: 'two\nlines' }, 'token'],
    [{ url: 'http://x', token: 'a', delay: 1 }, ''],
  ])('refuses the connection %j', (connection, path) => {
    const result = wavefront.connection.safeParse(connection);
    expect(result.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});
