import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeMetricProvider } from '../../../test/contracts/metrics.ts';
import { aContext } from '../../../test/support/call-context.ts';
import { startHttpStub, type HttpStub, type StubAnswer } from '../../../test/support/http-stub.ts';
import { findInfluxdb, startInfluxdb } from '../../../test/support/influxdb.ts';
import type { RunningInfluxdb } from '../../../test/support/influxdb.ts';
import type { MetricQuery } from '../contract.ts';
import { influxdb } from './index.ts';

const to = 1_700_000_060_000;
const range = { from: to - 60_000, to, step: 5_000 };
const select = 'SELECT sum("value") FROM "errors" WHERE time >= {{from}}ms AND time < {{to}}ms';
const script = 'from(bucket: "shop") |> range(start: {{from.iso}}, stop: {{to.iso}})';

function open(connection: Record<string, unknown>) {
  return influxdb.create({}, influxdb.connection.parse(connection));
}

function json(body: unknown, status = 200): StubAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function results(...series: unknown[]): StubAnswer {
  return json({ results: [{ statement_id: 0, ...(series.length > 0 && { series }) }] });
}

const code500 = {
  name: 'errors',
  tags: { code: '500' },
  columns: ['time', 'sum'],
  values: [
    [to - 10_000, 1],
    [to - 5_000, 0.5],
  ],
};
const code502 = { name: 'errors', columns: ['time', 'sum'], values: [[to - 5_000, 2]] };
const silent = {
  tags: { code: '503' },
  columns: ['time', 'sum'],
  values: [[to - 5_000, null]],
};
const code500Series = {
  labels: { code: '500' },
  points: [
    [to - 10_000, 1],
    [to - 5_000, 0.5],
  ] as [number, number][],
};
const code502Series = { labels: {}, points: [[to - 5_000, 2]] as [number, number][] };

describeMetricProvider({
  vendor: 'influxdb, InfluxQL',
  open: (url, timeoutMs) =>
    open({ url, timeoutMs, database: 'shop', username: 'ada', password: 'not-for-your-eyes' }),
  query: { ...range, query: select },
  secret: 'not-for-your-eyes',
  answers: {
    points: { answer: results(code500), series: [code500Series] },
    severalSeries: { answer: results(code500, code502), series: [code500Series, code502Series] },
    partlyNotANumber: { answer: results(silent, code502), series: [code502Series] },
    empty: results(),
    notANumber: results(silent),
    malformed: [
      { body: '<!DOCTYPE html><title>Sign in</title>' },
      { body: '' },
      { body: '{"results":[{"series":[' },
      json({}),
      json([]),
      json({ results: [{ error: 'database not found: shop' }] }),
      json({ error: 'error parsing query' }),
      results({ columns: ['sum'], values: [[1]] }),
      results({ columns: ['time', 'value'], values: [[to, 'text']] }),
      results({ ...code500, partial: true }),
    ],
  },
});

const annotations = `#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,double,string
#group,false,false,true,true,false,false,true
#default,_result,,,,,,
,result,table,_start,_stop,_time,_value,code`;
const bounds = '2023-11-14T22:13:20Z,2023-11-14T22:14:20Z';

function csv(...rows: string[]): StubAnswer {
  const body = rows.length === 0 ? '\r\n' : [annotations, ...rows, '', ''].join('\n');
  return { headers: { 'content-type': 'text/csv' }, body: body.replaceAll(/\r?\n/g, '\r\n') };
}

const flux500 = [
  `,,0,${bounds},2023-11-14T22:14:10Z,1,500`,
  `,,0,${bounds},2023-11-14T22:14:15.000000000Z,0.5,500`,
];
const flux502 = [`,,1,${bounds},2023-11-14T22:14:15Z,2,"5,""0""2"`];
const fluxSilent = [
  `,,2,${bounds},2023-11-14T22:14:15Z,NaN,503`,
  `,,2,${bounds},2023-11-14T22:14:10Z,+Inf,503`,
  `,,2,${bounds},2023-11-14T22:14:05Z,,503`,
];
const flux502Series = { labels: { code: '5,"0"2' }, points: code502Series.points };

describeMetricProvider({
  vendor: 'influxdb, Flux',
  open: (url, timeoutMs) => open({ url, timeoutMs, org: 'acme', token: 'not-for-your-eyes' }),
  query: { ...range, query: script },
  secret: 'not-for-your-eyes',
  answers: {
    points: { answer: csv(...flux500), series: [code500Series] },
    severalSeries: { answer: csv(...flux500, ...flux502), series: [code500Series, flux502Series] },
    partlyNotANumber: { answer: csv(...fluxSilent, ...flux502), series: [flux502Series] },
    empty: csv(),
    notANumber: csv(...fluxSilent),
    malformed: [
      { body: '<!DOCTYPE html><a href="/login">Sign in, please</a>' },
      { body: '{"code":"invalid"}' },
      { body: ',result,table,_value\n,,0,1\n' },
      csv(',,0,1'),
      csv(`,,0,${bounds},yesterday,1,500`),
      csv(`,,0,${bounds},2023-11-14T22:14:15Z,one,500`),
      { body: annotations.replace('double', 'string') },
      { body: annotations.replace('_value', 'value') },
      {
        body: '#datatype,string,long\n#group,true,true\n#default,,\n,error,reference\n,no memory,897',
      },
    ],
  },
});

describe('providers/metrics/influxdb/index', () => {
  let stub: HttpStub;
  beforeAll(async () => {
    stub = await startHttpStub();
  });
  afterAll(() => stub.close());
  beforeEach(() => {
    stub.requests.length = 0;
  });

  const ask = (query: string, connection: Record<string, unknown>) =>
    open({ url: stub.url, ...connection }).query({ ...range, query }, aContext());
  const form = () => Object.fromEntries(new URLSearchParams(stub.requests.at(-1)?.body));

  it('asks InfluxQL about a database, in milliseconds', async () => {
    stub.answerWith(results(code502));
    const query = `${select} GROUP BY time({{step}}, {{offset}}) ; `;
    await ask(query, { database: 'shop', retentionPolicy: 'day', url: `${stub.url}/influx/` });
    expect(stub.requests[0]).toMatchObject({ method: 'POST', path: '/influx/query' });
    expect(stub.requests[0]?.headers['authorization']).toBeUndefined();
    expect(form()).toEqual({
      q:
        'SELECT sum("value") FROM "errors" WHERE time >= 1700000000000ms AND ' +
        'time < 1700000060000ms GROUP BY time(5000ms, 0ms)',
      db: 'shop',
      rp: 'day',
      epoch: 'ms',
    });
  });

  it('asks Flux in an organisation', async () => {
    stub.answerWith(csv(...flux502));
    await ask(`${script} |> sum()`, { org: 'a&b', token: 't' });
    expect(stub.requests[0]).toMatchObject({ method: 'POST', path: '/api/v2/query' });
    expect(stub.requests[0]?.query.get('org')).toBe('a&b');
    expect(stub.requests[0]?.headers).toMatchObject({
      authorization: 'Token t',
      accept: 'application/csv',
    });
    expect(JSON.parse(stub.requests[0]!.body)).toMatchObject({
      query:
        'from(bucket: "shop") |> range(start: 2023-11-14T22:13:20.000Z, ' +
        'stop: 2023-11-14T22:14:20.000Z) |> sum()',
      dialect: { annotations: ['datatype', 'group', 'default'] },
    });
  });

  it('reads a sum, which has no time, as of the end of the range', async () => {
    const body = `#datatype,string,long,long\n#group,false,false,false\n#default,_result,,\n,result,table,_value\n,,0,7\n`;
    stub.answerWith({ body });
    const series = [{ labels: {}, points: [[to, 7]] }];
    expect(await ask(`${script} |> sum()`, { org: 'acme' })).toEqual({ kind: 'points', series });
  });

  it('tells several yields and several fields apart', async () => {
    const yields = flux502.map((row) => row.replace(',,1,', ',bad,1,'));
    stub.answerWith(csv(...yields, ...flux502));
    expect(await ask(script, { org: 'acme' })).toMatchObject({
      series: [{ labels: { code: '5,"0"2', result: 'bad' } }, { labels: { code: '5,"0"2' } }],
    });
    stub.answerWith(results({ columns: ['time', 'mean', 'max'], values: [[to, 1, 2]] }));
    expect(await ask(select, { database: 'shop' })).toEqual({
      kind: 'points',
      series: [
        { labels: { field: 'mean' }, points: [[to, 1]] },
        { labels: { field: 'max' }, points: [[to, 2]] },
      ],
    });
  });

  it.each([
    ['DROP MEASUREMENT errors -- {{from}}', 'one SELECT'],
    [`${select}; DROP DATABASE shop`, 'one SELECT'],
    ['SELECT * INTO b FROM a WHERE time > {{from}}ms', 'one SELECT'],
    ['SELECT *\nINTO b FROM a WHERE time > {{from}}ms', 'one SELECT'],
    ['SHOW DATABASES WHERE {{from}}', 'one SELECT'],
    ['SELECT last(value) FROM errors', 'must name its range'],
    ['SELECT last(value) FROM errors WHERE time > {{from}}ms AND time < {{now}}ms', '{{now}}'],
  ])('lets %j not through', async (query, detail) => {
    const answer = await ask(query, { database: 'shop' });
    expect(answer).toMatchObject({ kind: 'error', retryable: false });
    expect(answer).toMatchObject({ detail: expect.stringContaining(detail) });
    expect(stub.requests).toHaveLength(0);
  });

  it.each([
    ['query timeout limit exceeded', true],
    ['max-concurrent-queries limit exceeded(1, 1)', true],
    ['database not found: shop', false],
  ])('takes its own word for it: %s', async (error, retryable) => {
    stub.answerWith(json({ results: [{ statement_id: 0, error }] }));
    const detail = `InfluxDB answered 200: ${error}`;
    expect(await ask(select, { database: 'shop' })).toEqual({ kind: 'error', detail, retryable });
  });

  it.each([
    [{ url: 'http://x' }, 'database'],
    [{ url: 'http://x', database: 'a', org: 'b' }, 'database'],
    [{ url: 'http://x', database: 'a', token: 'b', username: 'c' }, 'token'],
    [{ url: 'http://x', org: 'a', retentionPolicy: 'b' }, 'retentionPolicy'],
    [{ database: 'a' }, 'url'],
    [{ url: 'http://x', database: 'a', bucket: 'b' }, ''],
  ])('refuses the connection %j', (connection, path) => {
    const result = influxdb.connection.safeParse(connection);
    expect(result.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});

const program = findInfluxdb();

describe.skipIf(!program)('providers/metrics/influxdb/index: a real InfluxDB', () => {
  let server: RunningInfluxdb;
  const now = Math.floor(Date.now() / 1_000);

  beforeAll(async () => {
    server = await startInfluxdb(program!);
    const lines = Array.from({ length: 1_800 }, (_, index) => {
      const [code, version] = [index % 10 === 0 ? 500 : 200, index % 2 === 0 ? '1.0.0' : '1.1.0'];
      return `requests,code=${code},version=${version} value=1,word="fine" ${now - 1 - index}`;
    });
    await server.write(lines);
  });
  afterAll(() => server?.stop());

  const bounds = 'time >= {{from}}ms AND time < {{to}}ms';
  const ask = (query: string, more: Partial<MetricQuery> = {}) =>
    open({ url: server.url, database: server.database }).query(
      { query, from: (now - 10) * 1000, to: now * 1000, step: 10_000, ...more },
      aContext(),
    );

  it('counts one interval in one bucket, wherever it begins', async () => {
    const query = `SELECT count(value) FROM requests WHERE ${bounds} GROUP BY time({{step}}, {{offset}})`;
    for (const shift of [0, 1, 7]) {
      const from = (now - 10 - shift) * 1000;
      const series = [{ labels: {}, points: [[from, 10]] }];
      expect(await ask(query, { from, to: from + 10_000 })).toEqual({ kind: 'points', series });
    }
  });

  it('sums without buckets', async () => {
    const answer = await ask(`SELECT sum(value) FROM requests WHERE ${bounds}`);
    expect(answer).toMatchObject({ series: [{ labels: {}, points: [[expect.any(Number), 10]] }] });
  });

  it('reads thirty minutes at the interval, a series per tag', async () => {
    const query = `SELECT count(value) FROM requests WHERE ${bounds} GROUP BY time({{step}}, {{offset}}), version`;
    const answer = await ask(query, { from: (now - 1_800) * 1000 });
    if (answer.kind !== 'points') throw new Error(JSON.stringify(answer));
    expect(answer.series.map(({ labels }) => labels)).toEqual([
      { version: '1.0.0' },
      { version: '1.1.0' },
    ]);
    for (const { points } of answer.series) {
      expect(points.map(([, value]) => value)).toEqual(Array.from({ length: 180 }, () => 5));
    }
  });

  it('thins raw points to the step', async () => {
    const query = `SELECT value FROM requests WHERE ${bounds}`;
    const answer = await ask(query, { from: (now - 600) * 1000 });
    expect(answer).toMatchObject({ series: [{ points: { length: 61 } }] });
  });

  it('has no data of what nobody wrote', async () => {
    for (const where of [`nothing WHERE ${bounds}`, `requests WHERE code = '503' AND ${bounds}`]) {
      const query = `SELECT sum(value) FROM ${where} GROUP BY time({{step}})`;
      expect(await ask(query)).toMatchObject({ kind: 'noData' });
    }
  });

  it.each([
    'SELECT sum(value FROM requests',
    'SELECT word FROM requests',
    'SELECT nonsense(value) FROM requests',
  ])('knows that %s stays wrong', async (query) => {
    const answer = await ask(`${query} WHERE ${bounds}`);
    expect(answer).toMatchObject({ kind: 'error', retryable: false });
  });

  it('says that there is no such database', async () => {
    const provider = open({ url: server.url, database: 'nowhere' });
    const query = `SELECT sum(value) FROM requests WHERE ${bounds}`;
    expect(await provider.query({ ...range, query }, aContext())).toEqual({
      kind: 'error',
      detail: 'InfluxDB answered 200: database not found: nowhere',
      retryable: false,
    });
  });
});
