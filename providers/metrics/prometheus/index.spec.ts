import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { describeMetricProvider } from '../../../test/contracts/metrics.ts';
import { aContext } from '../../../test/support/call-context.ts';
import { startHttpStub, type HttpStub, type StubAnswer } from '../../../test/support/http-stub.ts';
import { findPrometheus, installLine, startPrometheus } from '../../../test/support/prometheus.ts';
import type { RunningPrometheus } from '../../../test/support/prometheus.ts';
import type { MetricQuery } from '../contract.ts';
import { prometheus } from './index.ts';

const range: MetricQuery = {
  query: 'up',
  from: 1_700_000_000_000,
  to: 1_700_000_060_000,
  step: 5_000,
};

function open(connection: Record<string, unknown>) {
  return prometheus.create({}, prometheus.connection.parse(connection));
}

function json(body: unknown, status = 200): StubAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function withWarnings(result: unknown[]): StubAnswer {
  const data = { resultType: 'matrix', result };
  return json({ status: 'success', data, warnings: ['no store matched'] });
}

function matrix(...result: unknown[]): StubAnswer {
  return json({ status: 'success', data: { resultType: 'matrix', result } });
}

const up = {
  metric: { __name__: 'up', job: 'app' },
  values: [
    [1_700_000_000, '1'],
    [1_700_000_005.5, '0.5'],
  ],
};
const down = { metric: { job: 'other' }, values: [[1_700_000_000, '1e-7']] };
const broken = {
  metric: { job: 'broken' },
  values: [
    [1_700_000_000, 'NaN'],
    [1_700_000_005, '+Inf'],
  ],
};
const half = {
  metric: { job: 'half' },
  values: [
    [1_700_000_000, 'NaN'],
    [1_700_000_005, '-2'],
  ],
};

const upSeries = {
  labels: { __name__: 'up', job: 'app' },
  points: [
    [1_700_000_000_000, 1],
    [1_700_000_005_500, 0.5],
  ] as [number, number][],
};
const downSeries = {
  labels: { job: 'other' },
  points: [[1_700_000_000_000, 1e-7]] as [number, number][],
};
const halfSeries = {
  labels: { job: 'half' },
  points: [[1_700_000_005_000, -2]] as [number, number][],
};

describeMetricProvider({
  vendor: 'prometheus',
  open: (url, timeoutMs) => open({ url, timeoutMs, token: 'not-for-your-eyes' }),
  query: range,
  secret: 'not-for-your-eyes',
  answers: {
    points: { answer: matrix(up), series: [upSeries] },
    severalSeries: { answer: matrix(up, down), series: [upSeries, downSeries] },
    partlyNotANumber: { answer: matrix(broken, up, half), series: [upSeries, halfSeries] },
    empty: matrix(),
    notANumber: matrix(broken),
    malformed: [
      { body: '<!DOCTYPE html><title>Sign in</title>' },
      { body: '' },
      { body: '{"status":"success","data":{"resultType":"matrix","result":[' },
      json({ status: 'success' }),
      json({ status: 'success', data: { resultType: 'matrix', result: [{ values: [[1, 2]] }] } }),
      json({ status: 'success', data: { resultType: 'string', result: [1, 'text'] } }),
      json([]),
    ],
  },
});

describe('providers/metrics/prometheus/index', () => {
  let stub: HttpStub;
  beforeAll(async () => {
    stub = await startHttpStub();
  });
  afterAll(() => stub.close());
  beforeEach(() => {
    stub.requests.length = 0;
    stub.answerWith(matrix(up));
  });

  async function ask(query: MetricQuery, connection: Record<string, unknown> = {}) {
    return open({ url: stub.url, ...connection }).query(query, aContext());
  }
  const form = () => Object.fromEntries(new URLSearchParams(stub.requests.at(-1)?.body));

  it('asks for a range with a form, so that a query may be long', async () => {
    const query = `sum(rate({__name__=~"${'a|'.repeat(20_000)}"}[1m]))`;
    await ask({ ...range, query });
    expect(stub.requests).toHaveLength(1);
    expect(stub.requests[0]).toMatchObject({ method: 'POST', path: '/api/v1/query_range' });
    expect(form()).toEqual({
      query,
      start: '1700000000.000',
      end: '1700000060.000',
      step: '5.000',
      timeout: '10000ms',
    });
  });

  it('asks for one moment when the range has no length', async () => {
    const result = [{ metric: { job: 'app' }, value: [1_700_000_060, '3'] }];
    stub.answerWith(json({ status: 'success', data: { resultType: 'vector', result } }));
    expect(await ask({ ...range, from: range.to })).toEqual({
      kind: 'points',
      series: [{ labels: { job: 'app' }, points: [[1_700_000_060_000, 3]] }],
    });
    expect(stub.requests[0]?.path).toBe('/api/v1/query');
    expect(form()).toEqual({ query: 'up', time: '1700000060.000', timeout: '10000ms' });
  });

  it('reads a scalar as a series without labels', async () => {
    stub.answerWith(
      json({ status: 'success', data: { resultType: 'scalar', result: [7, '0.25'] } }),
    );
    const series = [{ labels: {}, points: [[7_000, 0.25]] }];
    expect(await ask({ ...range, from: range.to })).toEqual({ kind: 'points', series });
  });

  it('widens the step so that Prometheus does not refuse the number of points', async () => {
    await ask({ ...range, from: range.to - 86_400_000, step: 1_000 });
    expect(form()['step']).toBe('8.640');
  });

  it.each([
    ['a token', { token: 'abc' }, 'Bearer abc'],
    [
      'a user',
      { username: 'ada', password: 'é:x' },
      `Basic ${Buffer.from('ada:é:x').toString('base64')}`,
    ],
    ['nothing', {}, undefined],
  ])('sends %s', async (_name, connection, expected) => {
    await ask(range, { ...connection, headers: { 'x-scope-orgid': 'shop' } });
    expect(stub.requests[0]?.headers['authorization']).toBe(expected);
    expect(stub.requests[0]?.headers['x-scope-orgid']).toBe('shop');
  });

  it('keeps the path prefix of the address', async () => {
    await ask(range, { url: `${stub.url}/prometheus/` });
    expect(stub.requests[0]?.path).toBe('/prometheus/api/v1/query_range');
  });

  it.each([405, 501])('asks with GET where POST is answered with %d', async (status) => {
    stub.answerWith((request) => (request.method === 'POST' ? { status } : matrix(up)));
    expect(await ask(range)).toMatchObject({ kind: 'points' });
    expect(stub.requests.map((request) => request.method)).toEqual(['POST', 'GET']);
    expect(stub.requests[1]?.query.get('query')).toBe('up');
  });

  it.each([
    [400, 'bad_data', false],
    [422, 'execution', false],
    [503, 'timeout', true],
    [503, 'canceled', true],
    [503, 'unavailable', true],
    [500, 'internal', true],
    [404, 'not_found', false],
    [500, 'bad_data', false],
    [429, 'too_many_requests', true],
  ])('takes its own word for it: %d %s, retryable %s', async (status, errorType, retryable) => {
    stub.answerWith(
      json({ status: 'error', errorType, error: 'parse error: unexpected )' }, status),
    );
    const detail = `Prometheus answered ${status}: ${errorType}: parse error: unexpected )`;
    expect(await ask(range)).toEqual({ kind: 'error', detail, retryable });
  });

  it('returns the points it got beside warnings, and the warnings when there are none', async () => {
    stub.answerWith(withWarnings([up]));
    expect(await ask(range)).toEqual({ kind: 'points', series: [upSeries] });
    stub.answerWith(withWarnings([]));
    const detail = 'no series match the query (Prometheus warns: no store matched)';
    expect(await ask(range)).toEqual({ kind: 'noData', detail });
  });

  it('does not swallow an answer without end', async () => {
    stub.answerWith({ body: 'x'.repeat(10_000_001) });
    expect(await ask(range)).toMatchObject({ kind: 'error', retryable: false });
  });

  it.each([
    [{}, 'url'],
    [{ url: 'metrics.example.com' }, 'url'],
    [{ url: 'ftp://metrics.example.com' }, 'url'],
    [{ url: 'http://ada:pw@metrics.example.com' }, 'url'],
    [{ url: 'http://x', token: 'a', username: 'b' }, 'token'],
    [{ url: 'http://x', tokn: 'a' }, ''],
    [{ url: 'http://x', token: 'two\nlines' }, 'token'],
  ])('refuses the connection %j', (connection, path) => {
    const result = prometheus.connection.safeParse(connection);
    expect(result.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});

const program = findPrometheus();
const mustRun = process.env['CI'] === 'true';
if (!program && !mustRun) console.warn(`SKIPPED: tests on a real Prometheus; ${installLine}`);

describe.skipIf(!program && !mustRun)(
  'providers/metrics/prometheus/index: a real Prometheus',
  () => {
    let app: HttpStub;
    let server: RunningPrometheus;
    let started: number;
    let requests = 0;

    beforeAll(async () => {
      if (!program) throw new Error(`a real Prometheus is needed in CI: ${installLine}`);
      app = await startHttpStub();
      app.answerWith(() => {
        requests += 10;
        const lines = [`requests_total{code="200"} ${requests}`, `requests_total{code="500"} 3`];
        return {
          headers: { 'content-type': 'text/plain' },
          body: `${lines.join('\n')}\nbroken NaN\n`,
        };
      });
      started = Date.now();
      server = await startPrometheus(program, new URL(app.url).host);
      await vi.waitFor(() => expect(app.requests.length).toBeGreaterThan(5), 20_000);
    });
    afterAll(async () => {
      await server?.stop();
      await app?.close();
    });

    const ask = (query: string, from = started, to = Date.now()) =>
      open({ url: server.url }).query({ query, from, to, step: 200 }, aContext());

    it('returns every series of a range, in time order and growing', async () => {
      const answer = await ask('requests_total');
      if (answer.kind !== 'points') throw new Error(JSON.stringify(answer));
      expect(new Set(answer.series.map((one) => one.labels['code']))).toEqual(
        new Set(['200', '500']),
      );
      const values = answer.series.find((one) => one.labels['code'] === '200')!.points;
      expect(values.length).toBeGreaterThan(2);
      expect(values).toEqual([...values].sort((a, b) => a[0] - b[0] || a[1] - b[1]));
      expect(values.at(-1)![1]).toBeGreaterThan(values[0]![1]);
      expect(values.every(([time]) => time >= started && time <= Date.now())).toBe(true);
    });

    it('answers one moment', async () => {
      const now = Date.now();
      const answer = await ask('requests_total{code="500"}', now, now);
      expect(answer).toMatchObject({ kind: 'points', series: [{ points: [[now, 3]] }] });
    });

    it('answers a scalar', async () => {
      const now = Date.now();
      expect(await ask('2 * 3', now, now)).toMatchObject({
        series: [{ labels: {}, points: [[now, 6]] }],
      });
    });

    it.each(['nothing_of_that_name', 'broken', 'requests_total / 0 * 0'])(
      'has no data for %s',
      async (query) => {
        expect(await ask(query)).toMatchObject({ kind: 'noData' });
      },
    );

    it.each(['sum(rate(requests_total[1m])', 'rate(requests_total)', '"text"'])(
      'knows that %s stays wrong',
      async (query) => {
        const now = Date.now();
        expect(await ask(query, now, now)).toMatchObject({ kind: 'error', retryable: false });
      },
    );

    it('accepts a day at a small step', async () => {
      const now = Date.now();
      expect(await ask('requests_total', now - 86_400_000, now)).toMatchObject({ kind: 'points' });
    });
  },
);
