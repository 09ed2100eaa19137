import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeMetricProvider } from '../../../test/contracts/metrics.ts';
import { aContext } from '../../../test/support/call-context.ts';
import { startHttpStub, type HttpStub, type StubAnswer } from '../../../test/support/http-stub.ts';
import type { MetricQuery } from '../contract.ts';
import { dynatrace } from './index.ts';

const minute = 60_000;
const start = 28_333_334 * minute;
const range: MetricQuery = {
  query: 'builtin:service.errors.server.count:splitBy():sum',
  from: start,
  to: start + 3 * minute,
  step: minute,
};

function open(connection: Record<string, unknown>) {
  const whole = { token: 'not-for-your-eyes', ...connection };
  return dynatrace.create({}, dynatrace.connection.parse(whole));
}

function json(body: unknown, status = 200): StubAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

interface Data {
  dimensions?: string[];
  dimensionMap: Record<string, string | null>;
  timestamps: number[];
  values: (number | null)[];
}

/** The slot before the range, the three inside it, and the one that is still filling. */
function slots(values: (number | null)[], dimensionMap: Data['dimensionMap'] = {}): Data {
  const timestamps = values.map((_value, index) => start + index * minute);
  return { dimensions: [], dimensionMap, timestamps, values };
}

function answer(data: Data[], more: object = {}, metric: object = {}): StubAnswer {
  const ratios = { dataPointCountRatio: 1e-5, dimensionCountRatio: 1e-5 };
  const result = [{ metricId: range.query, ...ratios, data, ...metric }];
  return json({ totalCount: data.length, nextPageKey: null, resolution: '1m', result, ...more });
}

const point = (minutes: number, value: number): [number, number] => [
  start + minutes * minute,
  value,
];
const whole = { labels: {}, points: [point(1, 4), point(2, 5), point(3, 6)] };

describeMetricProvider({
  vendor: 'dynatrace',
  open: (url, timeoutMs) => open({ url, timeoutMs, delayMs: 0 }),
  query: range,
  secret: 'not-for-your-eyes',
  answers: {
    points: { answer: answer([slots([3, 4, 5, 6, 1])]), series: [whole] },
    severalSeries: {
      answer: answer([
        slots([3, 4, 5, 6, 1], { 'dt.entity.service': 'SERVICE-1' }),
        slots([3, 4, 5, 6, 1], { 'dt.entity.service': null }),
      ]),
      series: [
        { ...whole, labels: { 'dt.entity.service': 'SERVICE-1' } },
        { ...whole, labels: { 'dt.entity.service': '' } },
      ],
    },
    partlyNotANumber: {
      answer: answer([slots([3, null, 0.5, null, 1]), slots([1, null, null, null, 1])]),
      series: [{ labels: {}, points: [point(2, 0.5)] }],
    },
    empty: answer([]),
    notANumber: answer([slots([null, null, null, null, null])]),
    malformed: [
      { body: '<!DOCTYPE html><title>Sign in</title>' },
      { body: '' },
      json([]),
      json({ totalCount: 0 }),
      json({ result: [{ metricId: 'x', data: [{ timestamps: ['now'], values: [1] }] }] }),
    ],
  },
});

describe('providers/metrics/dynatrace/index', () => {
  let stub: HttpStub;
  beforeAll(async () => {
    stub = await startHttpStub();
  });
  afterAll(() => stub.close());
  beforeEach(() => {
    stub.requests.length = 0;
    stub.answerWith(answer([slots([3, 4, 5, 6, 1])]));
  });

  const ask = (query: MetricQuery, connection: Record<string, unknown> = {}) =>
    open({ url: stub.url, delayMs: 0, ...connection }).query(query, aContext());
  const asked = () => Object.fromEntries(stub.requests.at(-1)!.query);

  it('asks for whole minutes with the token', async () => {
    await ask({ ...range, from: range.from + 7_000, to: range.to + 7_020, step: minute + 20 });
    expect(stub.requests).toHaveLength(1);
    expect(stub.requests[0]).toMatchObject({
      method: 'GET',
      path: '/api/v2/metrics/query',
      headers: { authorization: 'Api-Token not-for-your-eyes' },
    });
    expect(asked()).toEqual({
      metricSelector: range.query,
      resolution: '1m',
      from: String(range.from),
      to: String(range.to),
    });
  });

  it('keeps the path of a managed environment', async () => {
    await ask(range, { url: `${stub.url}/e/abc/` });
    expect(stub.requests[0]?.path).toBe('/e/abc/api/v2/metrics/query');
  });

  it('asks for half an hour of history, by minutes also for shorter intervals', async () => {
    await ask({ ...range, from: range.to - 30 * minute, step: 10_000 });
    expect(asked()).toMatchObject({ resolution: '1m', from: String(range.to - 30 * minute) });
    await ask({ ...range, from: range.to - 30 * minute, step: 5 * minute });
    expect(asked()).toMatchObject({ resolution: '5m' });
  });

  it('waits until Dynatrace has everything', async () => {
    await ask(range, { delayMs: undefined });
    expect(asked()).toMatchObject({ to: String(range.to - minute) });
  });

  it('has nothing for a look in which no minute ended, and does not ask', async () => {
    const look = { ...range, from: start + 10_000, to: start + 20_000, step: 10_000 };
    expect(await ask(look)).toEqual({
      kind: 'noData',
      detail: expect.stringContaining('60 s'),
    });
    expect(stub.requests).toHaveLength(0);
  });

  it('names the metric where a selector has several', async () => {
    const data = [slots([3, 4, 5, 6, 1])];
    const result = ['a', 'b'].map((metricId) => ({ metricId, data }));
    stub.answerWith(json({ result }));
    expect(await ask(range)).toEqual({
      kind: 'points',
      series: [
        { ...whole, labels: { metric: 'a' } },
        { ...whole, labels: { metric: 'b' } },
      ],
    });
  });

  it('repeats warnings where there is nothing', async () => {
    const warnings = [
      'The dimension key `versoin` has been referenced, but the metric has no such key.',
    ];
    stub.answerWith(answer([], {}, { warnings }));
    expect(await ask(range)).toEqual({
      kind: 'noData',
      detail: `no series match the query (Dynatrace warns: ${warnings[0]})`,
    });
  });

  it.each([
    [{ nextPageKey: 'AQAAABQBAAAABQ==' }, {}],
    [{}, { dimensionCountRatio: 1.5 }],
    [{}, { dataPointCountRatio: 1.5 }],
  ])('takes a part of the series for none: %j %j', async (more, metric) => {
    stub.answerWith(answer([slots([3, 4, 5, 6, 1])], more, metric));
    expect(await ask(range)).toMatchObject({ kind: 'error', retryable: false });
  });

  it('repeats what Dynatrace says of a refusal', async () => {
    const constraintViolations = [{ path: 'metricSelector', message: 'unknown transformation' }];
    const error = { code: 400, message: 'Constraints violated.', constraintViolations };
    stub.answerWith(json({ error }, 400));
    expect(await ask(range)).toEqual({
      kind: 'error',
      retryable: false,
      detail:
        'Dynatrace answered 400: Constraints violated.; metricSelector: unknown transformation',
    });
  });

  it.each([
    [{ token: 'a' }, 'url'],
    [{ url: 'http://x' }, 'token'],
    [{ url: 'abc.live.dynatrace.com', token: 'a' }, 'url'],
    [{ url: 'http://x', token: 'two\nlines' }, 'token'],
    [{ url: 'http://x', token: 'a', scope: 'b' }, ''],
  ])('refuses the connection %j', (connection, path) => {
    const result = dynatrace.connection.safeParse(connection);
    expect(result.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});
