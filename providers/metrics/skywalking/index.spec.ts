import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeMetricProvider } from '../../../test/contracts/metrics.ts';
import { aContext } from '../../../test/support/call-context.ts';
import { startHttpStub, type HttpStub, type StubAnswer } from '../../../test/support/http-stub.ts';
import type { MetricQuery } from '../contract.ts';
import { skywalking } from './index.ts';

const minute = 60_000;
/** 2023-11-14 22:14 UTC. */
const start = 28_333_334 * minute;
const range: MetricQuery = {
  query: '{ expression: service_cpm, entity: { serviceName: shop } }',
  from: start,
  to: start + 3 * minute,
  step: minute,
};

function open(connection: Record<string, unknown>) {
  const whole = { token: 'not-for-your-eyes', ...connection };
  return skywalking.create({}, skywalking.connection.parse(whole));
}

function json(body: unknown, status = 200): StubAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

type Value = string | null;

/** Values of the three minutes of the range, and of the one after it. */
function overTime(values: Value[], labels: Record<string, string> = {}) {
  return {
    metric: { labels: Object.entries(labels).map(([key, value]) => ({ key, value })) },
    values: values.map((value, index) => ({ id: String(start + index * minute), value })),
  };
}

function result(type: string, results: unknown[], error: string | null = null): StubAnswer {
  return json({ data: { result: { type, error, results } } });
}

function series(...results: unknown[]): StubAnswer {
  return result('TIME_SERIES_VALUES', results);
}

const point = (minutes: number, value: number): [number, number] => [
  start + minutes * minute,
  value,
];
const points = [point(1, 4), point(2, 0), point(3, 6.5)];

describeMetricProvider({
  vendor: 'skywalking',
  open: (url, timeoutMs) => open({ url, timeoutMs, delayMs: 0, timezone: '+0000' }),
  query: range,
  secret: 'not-for-your-eyes',
  answers: {
    points: { answer: series(overTime(['4', '0', '6.5', '1'])), series: [{ labels: {}, points }] },
    severalSeries: {
      answer: series(
        overTime(['4', '0', '6.5'], { p: '99' }),
        overTime(['4', '0', '6.5'], { p: '50' }),
      ),
      series: [
        { labels: { p: '99' }, points },
        { labels: { p: '50' }, points },
      ],
    },
    partlyNotANumber: {
      answer: series(overTime([null, '0.25', 'NaN']), overTime([null, null, null])),
      series: [{ labels: {}, points: [point(2, 0.25)] }],
    },
    empty: series(),
    notANumber: series(overTime([null, 'Infinity', null])),
    malformed: [
      { body: '<!DOCTYPE html><title>Sign in</title>' },
      { body: '' },
      json([]),
      json({ data: null }),
      json({ data: { result: { type: 'SURPRISE', results: [] } } }),
      json({ data: { result: { type: 'SINGLE_VALUE', results: [{ values: 'many' }] } } }),
    ],
  },
});

describe('providers/metrics/skywalking/index', () => {
  let stub: HttpStub;
  beforeAll(async () => {
    stub = await startHttpStub();
  });
  afterAll(() => stub.close());
  beforeEach(() => {
    stub.requests.length = 0;
    stub.answerWith(series(overTime(['4', '0', '6.5'])));
  });

  const connected = (connection: Record<string, unknown> = {}) =>
    open({ url: stub.url, delayMs: 0, timezone: '+0000', ...connection });
  const ask = (query: MetricQuery, connection: Record<string, unknown> = {}) =>
    connected(connection).query(query, aContext());
  const asked = () => JSON.parse(stub.requests.at(-1)!.body);

  it('evaluates the expression over whole minutes, the last one included', async () => {
    await ask({ ...range, from: range.from + 7_000, to: range.to + 7_020 });
    expect(stub.requests).toHaveLength(1);
    expect(stub.requests[0]).toMatchObject({
      method: 'POST',
      path: '/graphql',
      headers: {
        'content-type': 'application/json',
        authorization: 'Bearer not-for-your-eyes',
      },
    });
    expect(asked().query).toContain('execExpression(');
    expect(asked().variables).toEqual({
      expression: 'service_cpm',
      entity: { serviceName: 'shop', normal: true },
      duration: { start: '2023-11-14 2214', end: '2023-11-14 2216', step: 'MINUTE' },
    });
  });

  it('asks for the server’s time zone once, and writes times in it', async () => {
    const zone = json({ data: { getTimeInfo: { timezone: '-0330' } } });
    stub.answerWith((request) =>
      request.body.includes('getTimeInfo') ? zone : series(overTime(['4', '0', '6.5'])),
    );
    const provider = connected({ timezone: undefined });
    const answer = await provider.query(range, aContext());
    expect(asked().variables.duration).toMatchObject({ start: '2023-11-14 1844' });
    expect(answer).toMatchObject({ series: [{ points }] });
    await provider.query(range, aContext());
    expect(stub.requests).toHaveLength(3);
  });

  it('asks again for a time zone that it did not get', async () => {
    stub.answerWith({ status: 503 });
    const provider = connected({ timezone: undefined });
    expect(await provider.query(range, aContext())).toMatchObject({
      kind: 'error',
      retryable: true,
    });
    stub.answerWith(json({ data: { getTimeInfo: { timezone: '+0800' } } }));
    await provider.query(range, aContext());
    expect(asked().variables.duration).toMatchObject({ start: '2023-11-15 0614' });
  });

  it('waits until the server has written everything', async () => {
    await ask(range, { delayMs: undefined });
    expect(asked().variables.duration).toMatchObject({ end: '2023-11-14 2215' });
  });

  it('asks for half an hour of history', async () => {
    await ask({ ...range, from: range.to - 30 * minute });
    expect(asked().variables.duration).toMatchObject({ start: '2023-11-14 2147' });
  });

  it('has nothing for a look in which no minute ended, and does not ask', async () => {
    const look = { ...range, from: start + 10_000, to: start + 20_000, step: 10_000 };
    expect(await ask(look)).toMatchObject({
      kind: 'noData',
      detail: expect.stringContaining('60 s'),
    });
    expect(stub.requests).toHaveLength(0);
  });

  it('keeps one point per step where the step is longer than a minute', async () => {
    const answer = await ask({ ...range, step: 3 * minute });
    expect(answer).toEqual({ kind: 'points', series: [{ labels: {}, points: [point(3, 6.5)] }] });
  });

  it('reads a single value of a look, and refuses one for a whole history', async () => {
    stub.answerWith(
      result('SINGLE_VALUE', [{ metric: { labels: [] }, values: [{ id: null, value: '12' }] }]),
    );
    const query = '{ expression: sum(service_cpm), entity: { serviceName: shop } }';
    const look = { ...range, query, step: 3 * minute };
    expect(await ask(look)).toMatchObject({ kind: 'points', series: [{ points: [point(3, 12)] }] });
    expect(await ask({ ...look, step: minute })).toMatchObject({ kind: 'error', retryable: false });
  });

  it('names the entries of a sorted list', async () => {
    const values = [
      { id: 'a', value: '3' },
      { id: 'b', value: '1' },
    ];
    stub.answerWith(result('SORTED_LIST', [{ metric: { labels: [] }, values }]));
    expect(await ask({ ...range, step: 3 * minute })).toMatchObject({
      series: [
        { labels: { name: 'a' }, points: [point(3, 3)] },
        { labels: { name: 'b' }, points: [point(3, 1)] },
      ],
    });
  });

  it.each([
    ['UNKNOWN', 'Metrics name: [service_cmp] not found.', 'service_cmp', false],
    ['UNKNOWN', 'Internal IO exception, query metrics error.', 'IO exception', true],
    ['RECORD_LIST', null, 'neither', false],
  ])('says what is wrong with %s, %s', async (type, error, said, retryable) => {
    stub.answerWith(result(type, [], error));
    expect(await ask(range)).toEqual({
      kind: 'error',
      retryable,
      detail: expect.stringContaining(said),
    });
  });

  it.each([
    [
      "Validation error (FieldUndefined@[execExpression]) : Field 'execExpression' in type 'Query' is undefined",
      false,
    ],
    ["Variable 'entity' has an invalid value", false],
    ['Exception while fetching data (/result) : connection refused', true],
  ])('finds the error in status 200: %s, retryable %s', async (message, retryable) => {
    stub.answerWith(json({ data: null, errors: [{ message }] }));
    const detail = `SkyWalking answered 200: ${message}`;
    expect(await ask(range)).toEqual({ kind: 'error', detail, retryable });
  });

  it.each([
    ['service_cpm', 'expression'],
    ['{ expression: service_cpm }', 'entity'],
    ['{ expression: service_cpm, entity: { service: shop } }', 'service'],
    ['{ expression: "', 'YAML'],
  ])('refuses the query %s without asking', async (query, named) => {
    expect(await ask({ ...range, query })).toEqual({
      kind: 'error',
      retryable: false,
      detail: expect.stringContaining(named),
    });
    expect(stub.requests).toHaveLength(0);
  });

  it.each([
    [{}, 'url'],
    [{ url: 'oap:12800' }, 'url'],
    [{ url: 'http://x', timezone: 'Europe/Berlin' }, 'timezone'],
    [{ url: 'http://x', token: 'a', username: 'b' }, 'token'],
    [{ url: 'http://x', zone: 'a' }, ''],
  ])('refuses the connection %j', (connection, path) => {
    const result = skywalking.connection.safeParse(connection);
    expect(result.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});
