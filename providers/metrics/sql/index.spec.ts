import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeMetricSource } from '../../../test/contracts/metric-source.ts';
import { aContext } from '../../../test/support/call-context.ts';
import { findPostgresOrSkip, startPostgres } from '../../../test/support/postgres.ts';
import type { RunningPostgres } from '../../../test/support/postgres.ts';
import type { MetricQuery } from '../contract.ts';
import { sql } from './index.ts';
import { toStatement } from './statement.ts';

const to = 1_700_000_060_000;
const range = { from: to - 60_000, to, step: 5_000 };

const schema = `
  create table requests (at timestamptz, version text, code int, ms double precision);
  insert into requests
    select timestamptz '2023-11-14 22:13:20+00' + n * interval '1 second',
      case n % 2 when 0 then '1.0.0' else '1.1.0' end,
      case when n % 10 = 1 then 500 else 200 end, n
    from generate_series(0, 59) n;
  create sequence ticket;
  create role reader login password 'not-for-your-eyes';
  grant select on requests to reader`;

let postgres: RunningPostgres;
let url = '';

function open(connection: Record<string, unknown> = {}) {
  return sql.create({}, sql.connection.parse({ url, ...connection }));
}

async function administer<T>(text: string): Promise<T[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows as T[];
  } finally {
    await client.end();
  }
}

function ask(query: string, more: Partial<MetricQuery> = {}, connection = {}) {
  return open(connection).query({ ...range, query, ...more }, aContext());
}

const point = (value: number) => [{ labels: {}, points: [[to, value]] as [number, number][] }];
const programs = findPostgresOrSkip('providers/metrics/sql/index.spec.ts');

describe.skipIf(!programs)('providers/metrics/sql: a real PostgreSQL', () => {
  beforeAll(async () => {
    postgres = await startPostgres(programs!);
    url = await postgres.createDatabase();
    await administer(schema);
  });
  afterAll(() => postgres?.stop());

  describeMetricSource({
    vendor: 'sql',
    open: (timeoutMs) => {
      const readers = new URL(url);
      readers.username = 'reader';
      return open({ url: readers.href, password: 'not-for-your-eyes', timeoutMs });
    },
    unreachable: () => open({ url: 'postgres://reader:not-for-your-eyes@127.0.0.1:1/shop' }),
    secret: 'not-for-your-eyes',
    range,
    questions: {
      points: {
        query: 'select count(*) from requests where at >= {{from}} and at < {{to}}',
        series: point(60),
      },
      severalSeries: {
        query: 'select code, count(*) as value from requests group by code order by code',
        series: [
          { labels: { code: '200' }, points: [[to, 54]] },
          { labels: { code: '500' }, points: [[to, 6]] },
        ],
      },
      partlyNotANumber: {
        query: `select * from (values ('a', 'NaN'::float8), ('b', null), ('c', 'Infinity'), ('d', 2)) v(name, value)`,
        series: [{ labels: { name: 'd' }, points: [[to, 2]] }],
      },
      empty: 'select at as time, ms as value from requests where false',
      notANumber: 'select avg(ms) from requests where false',
      wrong: {
        'a text': `select 'fine'`,
        'what is no SQL': 'select count(* from requests',
        'a table that is not there': 'select count(*) from request',
        'several rows': 'select ms from requests',
        'several rows of a label': 'select code, ms as value from requests',
        'columns of which none is the value': 'select ms, code from requests',
        'a column that is there twice': 'select 1 as value, 2 as value',
        'a time that is none': `select 'noon' as time, 1 as value`,
        'too many rows': 'select n as time, 1 as value from generate_series(1, 20001) n',
        'a placeholder in quotes': `select count(*) from requests where at > '{{from}}'`,
        'a placeholder that is not there': 'select {{interval}}',
        nothing: '  ',
        'a table of another': 'select count(*) from pg_authid',
      },
      endless: 'select count(*) from pg_sleep(300)',
    },
    running: async () => {
      const [row] = await administer<{ count: string }>(
        `select count(*) from pg_stat_activity where query like '%pg_sleep(300)%'
          and state = 'active' and pid <> pg_backend_pid()`,
      );
      return Number(row!.count);
    },
  });

  it('reads a history at the step, and one step of it the same way', async () => {
    const query = `
      select date_bin({{step}}, at, {{from}}) as time, version, count(*) filter (where code >= 500) as value
      from requests where at >= {{from}} and at < {{to}} group by 1, 2 order by 2, 1`;
    const answer = await ask(query);
    if (answer.kind !== 'points') throw new Error(JSON.stringify(answer));
    expect(answer.series.map(({ labels }) => labels)).toEqual([
      { version: '1.0.0' },
      { version: '1.1.0' },
    ]);
    const times = Array.from({ length: 12 }, (_, index) => range.from + index * 5_000);
    for (const { points } of answer.series) expect(points.map(([time]) => time)).toEqual(times);
    expect(answer.series[1]!.points.map(([, value]) => value).slice(0, 4)).toEqual([1, 0, 1, 0]);
    const last = await ask(query, { from: to - 10_000, step: 10_000 });
    expect(last).toMatchObject({
      series: [{ points: [[to - 10_000, 0]] }, { points: [[to - 10_000, 1]] }],
    });
  });

  it('reads thirty minutes of points at ten seconds, each series in order', async () => {
    const query = `select t as time, n as name, extract(epoch from t)::int % 100 as value
      from generate_series({{from}}, {{to}}, interval '1 second') t, generate_series(1, 3) n
      order by random()`;
    const answer = await ask(query, { from: to - 1_800_000, step: 10_000 });
    if (answer.kind !== 'points') throw new Error(JSON.stringify(answer));
    expect(answer.series.map(({ points }) => points.length)).toEqual([181, 181, 181]);
    for (const { points } of answer.series) {
      expect(points).toEqual(points.toSorted(([a], [b]) => a - b));
      expect(points.at(-1)).toEqual([to, 60]);
    }
  });

  it.each([
    ['timestamptz', `timestamptz '2023-11-14 23:14:20.5+01'`, to + 500],
    ['timestamp, as UTC', `timestamp '2023-11-14 22:14:20'`, to],
    ['seconds', '1700000060', to],
    ['milliseconds', '1700000060000::bigint', to],
    ['numeric seconds', '1700000059.25', to - 750],
  ])('reads a time given as %s', async (_name, time, expected) => {
    expect(await ask(`select ${time} as time, 2.5::numeric as value`)).toEqual({
      kind: 'points',
      series: [{ labels: {}, points: [[expected, 2.5]] }],
    });
  });

  it('reads a date, when the range is that long', async () => {
    const query = `select date '2023-11-14' as time, 1 as value`;
    const day = Date.UTC(2023, 10, 14);
    const answer = await ask(query, { from: day, to: day + 172_800_000, step: 86_400_000 });
    expect(answer).toMatchObject({ series: [{ points: [[day, 1]] }] });
  });

  it('takes no value of another time for evidence', async () => {
    const query = `select now() as time, 1 as value`;
    expect(await ask(query)).toMatchObject({ kind: 'noData' });
  });

  it('makes labels of texts, numbers, truth and null', async () => {
    const query = `select 'a b' as text, 7 as number, true as yes, null as nothing, 1 as value`;
    const labels = { text: 'a b', number: '7', yes: 'true', nothing: '' };
    expect(await ask(query)).toMatchObject({ series: [{ labels }] });
  });

  it.each([
    ['inserts', 'insert into requests values (now()) returning 1'],
    [
      'inserts behind a with',
      'with a as (insert into requests values (now()) returning 1) select 1',
    ],
    ['drops', 'drop table requests'],
    ['has a second statement', 'select 1; drop table requests'],
    ['closes our bracket', 'select 1) as a; drop table requests; select * from (select 1'],
    ['ends the transaction', 'commit'],
    ['ends it and goes on', 'select 1) as a; commit; drop table requests; --'],
    ['asks to write', 'set transaction read write'],
    ['asks to write by function', `select set_config('transaction_read_only', 'off', true)::int`],
    ['writes by function', `select nextval('ticket')`],
    ['runs a program', `copy (select 1) to program 'true'`],
    ['runs a block', 'do $$ begin delete from requests; end $$'],
    ['locks', 'select 1 from requests for update'],
  ])('refuses a query that %s, also of a superuser', async (_name, query) => {
    expect(await ask(query)).toMatchObject({ kind: 'error', retryable: false });
    expect(await ask('select count(*) from requests')).toEqual({
      kind: 'points',
      series: point(60),
    });
  });

  it('leaves nothing of one query for the next on the same connection', async () => {
    const provider = open({ maxConnections: 1 });
    const one = (query: string) => provider.query({ ...range, query }, aContext());
    await one(`select set_config('statement_timeout', '1', false)::int`);
    await one('select 1 / 0');
    expect(
      await one(`select setting::int from pg_settings where name = 'statement_timeout'`),
    ).toEqual({ kind: 'points', series: point(10_000) });
  });

  it('lets a comment at the end, and a semicolon, be', async () => {
    expect(await ask('select 1 -- one')).toEqual({ kind: 'points', series: point(1) });
    expect(await ask('select 1 ;\n')).toEqual({ kind: 'points', series: point(1) });
  });

  it('goes on when the server was restarted in between', async () => {
    const provider = open();
    const one = () => provider.query({ ...range, query: 'select 1' }, aContext());
    expect(await one()).toMatchObject({ kind: 'points' });
    await postgres.crash();
    expect(await one()).toMatchObject({ kind: 'error', retryable: true });
    await postgres.start();
    await expect.poll(one).toMatchObject({ kind: 'points' });
  });

  it('says that the password is wrong, without saying it', async () => {
    await administer(`create role nobody nologin`);
    const nobody = new URL(url);
    nobody.username = 'nobody';
    nobody.password = 'not-for-your-eyes';
    const answer = await ask('select 1', {}, { url: nobody.href });
    expect(answer).toMatchObject({ kind: 'error', retryable: false });
    expect(JSON.stringify(answer)).not.toContain('not-for-your-eyes');
  });
});

describe('providers/metrics/sql/statement', () => {
  it('binds the range, however often it is named', () => {
    const query = 'select 1 where {{from}} < {{ to }} and {{from}} < now() - {{step}}';
    expect(toStatement({ ...range, query })).toEqual({
      text:
        'select * from (\nselect 1 where $1::timestamptz < $2::timestamptz and ' +
        '$1::timestamptz < now() - $3::interval\n) as answer limit 20001',
      values: ['2023-11-14T22:13:20.000Z', '2023-11-14T22:14:20.000Z', '5000 milliseconds'],
    });
  });
});

describe('providers/metrics/sql/schema', () => {
  it.each([
    [{}, 'url'],
    [{ url: 'mysql://x/y' }, 'url'],
    [{ url: 'db.example.com' }, 'url'],
    [{ url: 'postgres://a:%zz@x/y' }, 'url'],
    [{ url: 'postgres://x/y', maxConnections: 0 }, 'maxConnections'],
    [{ url: 'postgres://x/y', pasword: 'a' }, ''],
  ])('refuses the connection %j', (connection, path) => {
    const result = sql.connection.safeParse(connection);
    expect(result.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});
