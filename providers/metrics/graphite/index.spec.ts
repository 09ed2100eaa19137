import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeMetricProvider } from '../../../test/contracts/metrics.ts';
import { aContext } from '../../../test/support/call-context.ts';
import {
  findGraphite,
  startGraphite,
  type RunningGraphite,
} from '../../../test/support/graphite.ts';
import { startHttpStub, type HttpStub, type StubAnswer } from '../../../test/support/http-stub.ts';
import type { MetricAnswer, MetricQuery } from '../contract.ts';
import { graphite } from './index.ts';

const to = 1_700_000_060_000;
const range = { query: 'shop.errors', from: to - 60_000, to, step: 5_000 };

function open(connection: Record<string, unknown>) {
  return graphite.create({}, graphite.connection.parse(connection));
}

function json(body: unknown): StubAnswer {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

const errors = {
  target: 'shop.errors',
  tags: { name: 'shop.errors' },
  datapoints: [
    [null, 1_700_000_045],
    [1.5, 1_700_000_050],
    [0, 1_700_000_055],
  ],
};
const total = { target: 'shop.total', datapoints: [[2, 1_700_000_050]] };
const silent = { target: 'shop.silent', tags: {}, datapoints: [[null, 1_700_000_050]] };
const errorsSeries = {
  labels: { name: 'shop.errors', target: 'shop.errors' },
  points: [
    [to - 10_000, 1.5],
    [to - 5_000, 0],
  ] as [number, number][],
};
const totalSeries = {
  labels: { target: 'shop.total' },
  points: [[to - 10_000, 2]] as [number, number][],
};

describeMetricProvider({
  vendor: 'graphite',
  open: (url, timeoutMs) => open({ url, timeoutMs, token: 'not-for-your-eyes' }),
  query: range,
  secret: 'not-for-your-eyes',
  answers: {
    points: { answer: json([errors]), series: [errorsSeries] },
    severalSeries: { answer: json([errors, total]), series: [errorsSeries, totalSeries] },
    partlyNotANumber: { answer: json([silent, total]), series: [totalSeries] },
    empty: json([]),
    notANumber: { body: '[{"target":"a","datapoints":[[1e9999,1700000050],[null,1700000055]]}]' },
    malformed: [
      { body: '<!DOCTYPE html><title>Sign in</title>' },
      { body: '' },
      { body: '[{"target":"shop.errors","datapoints":[[' },
      json({}),
      json([{ datapoints: [] }]),
      json([{ target: 'a', datapoints: [['1', 2]] }]),
      json([{ target: 'a', datapoints: [[1]] }]),
    ],
  },
});

describe('providers/metrics/graphite/index', () => {
  let stub: HttpStub;
  beforeAll(async () => {
    stub = await startHttpStub();
  });
  afterAll(() => stub.close());
  beforeEach(() => {
    stub.requests.length = 0;
    stub.answerWith(json([total]));
  });

  const ask = (query: Partial<MetricQuery>, connection: Record<string, unknown> = {}) =>
    open({ url: stub.url, ...connection }).query({ ...range, ...query }, aContext());
  const form = () => Object.fromEntries(new URLSearchParams(stub.requests.at(-1)?.body));

  it('asks for a target and a range of whole seconds', async () => {
    await ask({ query: ' summarize(a, "{{step.seconds}}s") ', from: range.from + 900, to: to + 1 });
    expect(stub.requests[0]).toMatchObject({ method: 'POST', path: '/render' });
    expect(form()).toEqual({
      target: 'summarize(a, "5s")',
      format: 'json',
      from: '1700000000',
      until: '1700000060',
    });
  });

  it.each([
    ['one moment: the step before it', { from: to }, '1700000055'],
    ['less than a second: a second', { from: to - 500, to: to + 200 }, '1700000059'],
  ])('asks about %s', async (_name, query, from) => {
    await ask(query);
    expect(form()).toMatchObject({ from, until: '1700000060' });
  });

  it('keeps the path prefix, and logs in', async () => {
    const login = { username: 'ada', password: 'x', headers: { 'x-org': 'shop' } };
    await ask({}, { url: `${stub.url}/graphite/`, ...login });
    expect(stub.requests[0]).toMatchObject({ path: '/graphite/render' });
    expect(stub.requests[0]?.headers).toMatchObject({
      authorization: 'Basic YWRhOng=',
      'x-org': 'shop',
    });
  });

  it('asks with GET where POST is not let through', async () => {
    stub.answerWith((request) => (request.method === 'POST' ? { status: 405 } : json([total])));
    expect(await ask({})).toMatchObject({ kind: 'points' });
    expect(stub.requests[1]?.query.get('target')).toBe('shop.errors');
  });

  it('refuses a placeholder that stands for nothing', async () => {
    const detail = expect.stringContaining('{{form}} stands for nothing');
    const answer = await ask({ query: 'timeShift(a, "{{form}}")' });
    expect(answer).toEqual({ kind: 'error', detail, retryable: false });
    expect(stub.requests).toHaveLength(0);
  });

  it.each([
    [{}, 'url'],
    [{ url: 'graphite:80' }, 'url'],
    [{ url: 'http://x', token: 'a', username: 'b' }, 'token'],
    [{ url: 'http://x', targt: 'a' }, ''],
  ])('refuses the connection %j', (connection, path) => {
    const result = graphite.connection.safeParse(connection);
    expect(result.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});

const python = findGraphite();

describe.skipIf(!python)('providers/metrics/graphite/index: a real Graphite', () => {
  let server: RunningGraphite;
  /** A whole ten seconds, a little ago: Graphite gives no points of the future. */
  const now = Math.floor(Date.now() / 10_000) * 10 - 10;

  beforeAll(async () => {
    server = await startGraphite(python!);
    const seconds = Array.from({ length: 1_800 }, (_, index) => now - index);
    server.write(
      'shop.v1.errors',
      seconds.map((time) => [time, time % 10 === 0 ? 1 : 0]),
    );
    // Nothing was written in the last minute.
    server.write(
      'shop.v2.errors',
      seconds.slice(60).map((time) => [time, 2]),
    );
  });
  afterAll(() => server?.stop());

  const ask = (query: string, from = now - 60, until = now, step = 10): Promise<MetricAnswer> =>
    open({ url: server.url }).query(
      { query, from: from * 1000, to: until * 1000, step: step * 1000 },
      aContext(),
    );

  it('sums up one interval', async () => {
    const answer = await ask(
      `summarize(shop.v1.errors, "{{step.seconds}}s", "sum", true)`,
      now - 10,
    );
    if (answer.kind !== 'points') throw new Error(JSON.stringify(answer));
    expect(answer.series).toHaveLength(1);
    expect(answer.series[0]!.labels).toMatchObject({ name: 'shop.v1.errors' });
    expect(answer.series[0]!.points.map(([, value]) => value)).toEqual([1]);
  });

  it('reads thirty minutes at the interval, from points a second apart', async () => {
    const answer = await ask('shop.v1.errors', now - 1_800);
    if (answer.kind !== 'points') throw new Error(JSON.stringify(answer));
    const { points } = answer.series[0]!;
    expect(points.length).toBeGreaterThan(178);
    expect(points.length).toBeLessThan(183);
    expect(points).toEqual(points.toSorted(([a], [b]) => a - b));
    expect(points.at(-1)).toEqual([now * 1000, 1]);
  });

  it('returns every series, each by its name', async () => {
    const answer = await ask('shop.*.errors', now - 120);
    if (answer.kind !== 'points') throw new Error(JSON.stringify(answer));
    expect(answer.series.map(({ labels }) => labels['target'])).toEqual([
      'shop.v1.errors',
      'shop.v2.errors',
    ]);
  });

  it.each(['shop.v2.errors', 'shop.v3.errors', 'divideSeries(shop.v2.errors, shop.v2.errors)'])(
    'has no data for %s',
    async (query) => {
      expect(await ask(query)).toMatchObject({ kind: 'noData' });
    },
  );

  it('knows that a wrong query stays wrong', async () => {
    const answer = await ask('summarise(shop.v1.errors, "10s")');
    const detail = expect.stringContaining('unknown function: summarise');
    expect(answer).toEqual({ kind: 'error', detail, retryable: false });
  });

  it('answers one moment', async () => {
    expect(await ask('shop.v1.errors', now, now)).toMatchObject({ kind: 'points' });
  });

  it('takes a query longer than an address may be', async () => {
    const query = `shop.{v1,${'v'.repeat(20_000)}}.errors`;
    expect(await ask(query)).toMatchObject({ kind: 'points' });
  });
});
