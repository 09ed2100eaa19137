import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeMetricProvider } from '../../../test/contracts/metrics.ts';
import { aContext } from '../../../test/support/call-context.ts';
import { startHttpStub, type HttpStub, type StubAnswer } from '../../../test/support/http-stub.ts';
import type { MetricQuery } from '../contract.ts';
import { splunk } from './index.ts';

const start = 1_700_000_000_000;
const range: MetricQuery = {
  query: 'index=shop version="1.1.0" | timechart span=10s count',
  from: start,
  to: start + 30_000,
  step: 10_000,
};
const look: MetricQuery = { ...range, query: 'index=shop | stats count', from: start + 20_000 };

function open(connection: Record<string, unknown>) {
  const whole = { token: 'not-for-your-eyes', ...connection };
  return splunk.create({}, splunk.connection.parse(whole));
}

function json(body: unknown, status = 200): StubAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function lines(...all: unknown[]): StubAnswer {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  return { headers, body: all.map((line) => `${JSON.stringify(line)}\n`).join('') };
}

/** An export: one line per row, the last one saying so. */
function rows(...results: Record<string, unknown>[]): StubAnswer {
  if (results.length === 0) return lines({ preview: false, lastrow: true });
  return lines(
    ...results.map((result, offset) => ({
      preview: false,
      offset,
      ...(offset === results.length - 1 ? { lastrow: true } : {}),
      result,
    })),
  );
}

/** A bucket of a timechart, as Splunk writes it. */
function bucket(seconds: number, fields: Record<string, unknown>) {
  const time = new Date(start + seconds * 1000).toISOString().replace('Z', '+00:00');
  return { _time: time, ...fields, _span: '10' };
}

const point = (seconds: number, value: number): [number, number] => [start + seconds * 1000, value];
const counts = [bucket(0, { count: '4' }), bucket(10, { count: '0' }), bucket(20, { count: '6' })];
const points = [point(10, 4), point(20, 0), point(30, 6)];

describeMetricProvider({
  vendor: 'splunk',
  open: (url, timeoutMs) => open({ url, timeoutMs, delayMs: 0 }),
  query: range,
  secret: 'not-for-your-eyes',
  answers: {
    points: {
      answer: rows(...counts, bucket(30, { count: '1' })),
      series: [{ labels: {}, points }],
    },
    severalSeries: {
      answer: rows(bucket(0, { a: '1', b: '2' }), bucket(10, { a: '3', b: '4' })),
      series: [
        { labels: { column: 'a' }, points: [point(10, 1), point(20, 3)] },
        { labels: { column: 'b' }, points: [point(10, 2), point(20, 4)] },
      ],
    },
    partlyNotANumber: {
      answer: rows(bucket(0, { avg: '' }), bucket(10, { avg: 'NaN' }), bucket(20, { avg: '0.25' })),
      series: [{ labels: {}, points: [point(30, 0.25)] }],
    },
    empty: rows(),
    notANumber: rows(bucket(0, { avg: '' }), bucket(10, { avg: null })),
    malformed: [
      { body: '<!DOCTYPE html><title>Sign in</title>' },
      { body: '' },
      lines([]),
      lines({ preview: false, offset: 0, result: { count: '1' } }),
      lines({ preview: 'no', lastrow: true, result: {} }),
      { body: `${JSON.stringify({ preview: false, lastrow: true })}\n{"preview":` },
    ],
  },
});

describe('providers/metrics/splunk/index', () => {
  let stub: HttpStub;
  beforeAll(async () => {
    stub = await startHttpStub();
  });
  afterAll(() => stub.close());
  beforeEach(() => {
    stub.requests.length = 0;
    stub.answerWith(rows(...counts));
  });

  const ask = (query: MetricQuery, connection: Record<string, unknown> = {}) =>
    open({ url: stub.url, delayMs: 0, ...connection }).query(query, aContext());
  const asked = () => Object.fromEntries(new URLSearchParams(stub.requests.at(-1)!.body));

  it('runs a search over whole buckets, and takes no part for the whole', async () => {
    await ask({ ...range, from: range.from + 3_000, to: range.to + 3_040 });
    expect(stub.requests).toHaveLength(1);
    expect(stub.requests[0]).toMatchObject({
      method: 'POST',
      path: '/services/search/v2/jobs/export',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: 'Bearer not-for-your-eyes',
      },
    });
    expect(asked()).toEqual({
      search: `search ${range.query}`,
      earliest_time: '1700000000',
      latest_time: '1700000030',
      output_mode: 'json',
      preview: 'false',
      allow_partial_results: 'false',
      auto_cancel: '30',
    });
  });

  it.each([
    ['| mstats avg(x) WHERE index=m', '| mstats avg(x) WHERE index=m'],
    [' search index=shop | stats count', 'search index=shop | stats count'],
    ['searchable=1 | stats count', 'search searchable=1 | stats count'],
  ])('leaves a command where there is one: %s', async (query, search) => {
    await ask({ ...look, query });
    expect(asked()['search']).toBe(search);
  });

  it('logs in with a user, and searches as an app', async () => {
    await ask(range, { token: undefined, username: 'ada', password: 'pw', app: 'shop' });
    const basic = `Basic ${Buffer.from('ada:pw').toString('base64')}`;
    expect(stub.requests[0]?.headers['authorization']).toBe(basic);
    expect(stub.requests[0]?.path).toBe('/servicesNS/nobody/shop/search/v2/jobs/export');
  });

  it('waits until everything is indexed', async () => {
    await ask(range, { delayMs: undefined });
    expect(asked()['latest_time']).toBe('1700000000');
  });

  it('gives a row without a time the end of the range', async () => {
    stub.answerWith(rows({ count: '12' }));
    const series = [{ labels: {}, points: [point(30, 12)] }];
    expect(await ask(look)).toEqual({ kind: 'points', series });
  });

  it('refuses one value for a whole history, and says what to write', async () => {
    stub.answerWith(rows({ count: '12' }));
    const history = { ...look, from: look.to - 1_800_000 };
    expect(await ask(history)).toEqual({
      kind: 'error',
      retryable: false,
      detail: expect.stringContaining('timechart span={{interval}}'),
    });
  });

  it('reads half an hour of history at the distance of the interval', async () => {
    const all = Array.from({ length: 180 }, (_, index) =>
      bucket(-1770 + index * 10, { count: String(index) }),
    );
    stub.answerWith(rows(...all));
    const answer = await ask({ ...range, from: range.to - 1_800_000 });
    expect(answer).toMatchObject({ kind: 'points', series: [{ labels: {} }] });
    if (answer.kind !== 'points') return;
    expect(answer.series[0]?.points).toHaveLength(180);
    expect(answer.series[0]?.points.at(-1)).toEqual(point(30, 179));
  });

  it('takes fields after `by` for labels, though they look like numbers', async () => {
    stub.answerWith(
      rows(
        { status: '500', host: 'a', count: '1' },
        { status: '200', host: ['a', 'b'], count: '2' },
      ),
    );
    const query = 'index=shop | stats count by status, host | sort count';
    expect(await ask({ ...look, query })).toEqual({
      kind: 'points',
      series: [
        { labels: { status: '500', host: 'a' }, points: [point(30, 1)] },
        { labels: { status: '200', host: 'a,b' }, points: [point(30, 2)] },
      ],
    });
  });

  it('makes buckets of latency of columns that are bounds', async () => {
    stub.answerWith(rows({ '100': '5', '300': '8', '+Inf': '9' }));
    const answer = await ask(look);
    expect(answer).toMatchObject({
      series: [{ labels: { le: '100' } }, { labels: { le: '300' } }, { labels: { le: '+Inf' } }],
    });
  });

  it('keeps buckets of `bin` only when they are over, and none is smaller than its span', async () => {
    const query = 'index=shop | bin _time span=1m | stats count by _time';
    const minute = 1_699_999_980_000;
    stub.answerWith(rows({ _time: new Date(minute).toISOString(), count: '7' }));
    const whole = { ...range, query, from: minute + 55_000, to: minute + 65_000 };
    const series = [{ labels: {}, points: [[minute + 60_000, 7]] }];
    expect(await ask(whole)).toEqual({ kind: 'points', series });
    stub.requests.length = 0;
    const between = { ...range, query, from: minute + 10_000, to: minute + 20_000 };
    expect(await ask(between)).toMatchObject({
      kind: 'noData',
      detail: expect.stringContaining('60 s'),
    });
    expect(stub.requests).toHaveLength(0);
  });

  it('leaves previews out', async () => {
    const preview = { preview: true, offset: 0, lastrow: true, result: { count: '99' } };
    const last = { preview: false, offset: 0, lastrow: true, result: { count: '12' } };
    stub.answerWith(lines(preview, last));
    expect(await ask(look)).toMatchObject({ series: [{ points: [point(30, 12)] }] });
  });

  it('takes a failure on the way for one that may pass, though rows came before', async () => {
    const row = { preview: false, offset: 0, lastrow: true, result: { count: '12' } };
    const text = 'Search peer idx2 has been lost';
    stub.answerWith(lines(row, { messages: [{ type: 'ERROR', text }] }));
    const detail = `Splunk answered 200: ${text}`;
    expect(await ask(look)).toEqual({ kind: 'error', detail, retryable: true });
  });

  it('repeats warnings where there is nothing', async () => {
    const text = 'No matching fields exist.';
    stub.answerWith(
      lines({ messages: [{ type: 'WARN', text }] }, { preview: false, lastrow: true }),
    );
    const detail = `no series match the query (Splunk says: ${text})`;
    expect(await ask(look)).toEqual({ kind: 'noData', detail });
  });

  it('repeats what Splunk says of a refusal', async () => {
    const text = "Unknown search command 'stast'.";
    stub.answerWith(json({ messages: [{ type: 'FATAL', text }] }, 400));
    const detail = `Splunk answered 400: ${text}`;
    expect(await ask(look)).toEqual({ kind: 'error', detail, retryable: false });
  });

  it.each([
    [{}, 'url'],
    [{ url: 'splunk:8089' }, 'url'],
    [{ url: 'http://x', token: 'a', username: 'b' }, 'token'],
    [{ url: 'http://x', app: '../admin' }, 'app'],
    [{ url: 'http://x', tokn: 'a' }, ''],
  ])('refuses the connection %j', (connection, path) => {
    const result = splunk.connection.safeParse(connection);
    expect(result.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});
