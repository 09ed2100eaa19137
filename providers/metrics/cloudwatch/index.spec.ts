import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeMetricProvider } from '../../../test/contracts/metrics.ts';
import { aContext } from '../../../test/support/call-context.ts';
import { startHttpStub, type HttpStub, type StubAnswer } from '../../../test/support/http-stub.ts';
import { findMoto, startMoto, type RunningMoto } from '../../../test/support/moto.ts';
import type { MetricQuery } from '../contract.ts';
import { cloudwatch } from './index.ts';
import { periodsOf } from './periods.ts';

const to = 1_700_000_040_000;
const range = { from: to - 60_000, to, step: 60_000 };
const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-for-your-eyes' };
const errors = { namespace: 'Shop', metric: 'Errors', statistic: 'Sum' };

function open(connection: Record<string, unknown>) {
  const all = { region: 'eu-central-1', delay: 0, ...keys, ...connection };
  return cloudwatch.create({}, cloudwatch.connection.parse(all));
}

function json(body: unknown, status = 200): StubAnswer {
  const headers = { 'content-type': 'application/x-amz-json-1.0' };
  return { status, headers, body: JSON.stringify(body) };
}

const seconds = to / 1000;
const one = {
  Id: 'value',
  Label: 'Errors',
  Timestamps: [seconds - 10, seconds - 5],
  Values: [1, 0.5],
  StatusCode: 'Complete',
};
const two = { ...one, Label: 'Other', Timestamps: [seconds - 5], Values: [2] };
const none = {
  ...one,
  Label: 'Silent',
  Timestamps: [seconds - 5, seconds - 10],
  Values: ['NaN', 'Infinity'],
};
const oneSeries = {
  labels: { label: 'Errors' },
  points: [
    [to - 10_000, 1],
    [to - 5_000, 0.5],
  ] as [number, number][],
};
const twoSeries = { labels: { label: 'Other' }, points: [[to - 5_000, 2]] as [number, number][] };
const results = (...MetricDataResults: unknown[]) => json({ MetricDataResults, Messages: [] });

describeMetricProvider({
  vendor: 'cloudwatch',
  open: (endpoint, timeoutMs) => open({ endpoint, timeoutMs, attempts: 1 }),
  query: { ...range, step: 5_000, query: JSON.stringify({ ...errors, period: 5 }) },
  secret: keys.secretAccessKey,
  answers: {
    points: { answer: results(one), series: [oneSeries] },
    severalSeries: { answer: results(one, two), series: [oneSeries, twoSeries] },
    partlyNotANumber: { answer: results(none, two), series: [twoSeries] },
    empty: results({ ...one, Timestamps: [], Values: [] }),
    notANumber: results(none),
    malformed: [
      { body: '<!DOCTYPE html><title>Sign in</title>' },
      { body: '' },
      { body: '{"MetricDataResults":[{"Id"' },
      json({}),
      json([]),
      results({ ...one, StatusCode: undefined }),
    ],
  },
});

describe('providers/metrics/cloudwatch/index', () => {
  let stub: HttpStub;
  beforeAll(async () => {
    stub = await startHttpStub();
  });
  afterAll(() => stub.close());
  beforeEach(() => {
    stub.requests.length = 0;
    stub.answerWith(results({ ...two, Timestamps: [seconds - 60] }));
  });

  const ask = (query: object | string, more: Partial<MetricQuery> = {}, connection = {}) => {
    const text = typeof query === 'string' ? query : JSON.stringify(query);
    const provider = open({ endpoint: stub.url, ...connection });
    return provider.query({ ...range, query: text, ...more }, aContext());
  };
  const sent = () => JSON.parse(stub.requests.at(-1)!.body) as Record<string, unknown>;

  it('asks for one metric, signed, in whole periods', async () => {
    const dimensions = { TargetGroup: 'targetgroup/shop-1.4.2/1' };
    expect(await ask({ ...errors, dimensions })).toEqual({
      kind: 'points',
      series: [{ labels: { label: 'Other' }, points: [[to - 60_000, 2]] }],
    });
    expect(stub.requests[0]?.headers['authorization']).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d+\/eu-central-1\/monitoring\//,
    );
    expect(sent()).toEqual({
      StartTime: seconds - 60,
      EndTime: seconds,
      ScanBy: 'TimestampAscending',
      MetricDataQueries: [
        {
          Id: 'value',
          MetricStat: {
            Metric: {
              Namespace: 'Shop',
              MetricName: 'Errors',
              Dimensions: [{ Name: 'TargetGroup', Value: 'targetgroup/shop-1.4.2/1' }],
            },
            Period: 60,
            Stat: 'Sum',
          },
        },
      ],
    });
  });

  it('asks for an expression of several metrics, and reads the expression alone', async () => {
    await ask({ expression: 'bad / value_xxx', metrics: { bad: errors, value_xxx: errors } });
    expect(sent()['MetricDataQueries']).toMatchObject([
      { Id: 'bad', ReturnData: false },
      { Id: 'value_xxx', ReturnData: false },
      { Id: 'value_xxxxxxxxx', Expression: 'bad / value_xxx', Period: 60 },
    ]);
  });

  it('reads all pages, each series in one', async () => {
    const minute = (n: number, more: object) => ({
      ...one,
      Timestamps: [seconds - n * 60],
      Values: [n],
      ...more,
    });
    stub.answerWith(({ body }) => {
      const { NextToken } = JSON.parse(body) as { NextToken?: string };
      if (NextToken === 'more') return results(minute(1, {}), minute(1, { Label: 'b' }));
      const first = [minute(2, { StatusCode: 'PartialData' }), minute(2, { Label: 'b' })];
      return json({ MetricDataResults: first, NextToken: 'more' });
    });
    const points = [
      [to - 120_000, 2],
      [to - 60_000, 1],
    ];
    expect(await ask(errors, { from: to - 120_000 })).toEqual({
      kind: 'points',
      series: [
        { labels: { label: 'Errors' }, points },
        { labels: { label: 'b' }, points },
      ],
    });
    expect(stub.requests).toHaveLength(2);
  });

  it('does not follow pages without end', async () => {
    stub.answerWith(json({ MetricDataResults: [], NextToken: 'again' }));
    const detail = expect.stringContaining('more than 20 pages');
    expect(await ask(errors)).toEqual({ kind: 'error', detail, retryable: false });
  });

  it.each([
    ['PartialData', true],
    ['InternalError', true],
    ['Forbidden', false],
  ])('takes %s for no evidence', async (StatusCode, retryable) => {
    const Messages = [{ Code: 'x', Value: 'the reason' }];
    stub.answerWith(results(one, { ...two, StatusCode, Messages }));
    const detail = `CloudWatch answered ${StatusCode} for Other: the reason`;
    expect(await ask(errors)).toEqual({ kind: 'error', detail, retryable });
  });

  it('tries again when it is throttled', async () => {
    let asked = 0;
    stub.answerWith(() => {
      asked += 1;
      const throttled = { __type: 'com.amazonaws#ThrottlingException', message: 'Rate exceeded' };
      return asked < 3 ? json(throttled, 400) : results({ ...two, Timestamps: [seconds - 60] });
    });
    expect(await ask(errors)).toMatchObject({ kind: 'points' });
    expect(asked).toBe(3);
  });

  it.each([
    ['ThrottlingException', 400, true],
    ['LimitExceededException', 400, true],
    ['InvalidParameterValue', 400, false],
    ['AccessDeniedException', 400, false],
    ['InternalServiceFault', 500, true],
  ])('knows whether %s passes', async (name, status, retryable) => {
    stub.answerWith(json({ __type: name, message: 'no' }, status));
    const answer = await ask(errors, {}, { attempts: 1 });
    expect(answer).toMatchObject({ kind: 'error', retryable });
    expect(answer).toMatchObject({ detail: expect.stringContaining(`${status}: ${name}`) });
  });

  it('counts no minute twice: a look in the middle of one has no data', async () => {
    const short = { from: to - 30_000, to: to - 20_000, step: 10_000 };
    const detail = expect.stringContaining('no period of 60 s ended in this interval');
    expect(await ask(errors, short)).toEqual({ kind: 'noData', detail });
    expect(stub.requests).toHaveLength(0);
  });

  it('leaves out points that belong to other intervals', async () => {
    const Timestamps = [seconds - 120, seconds - 60, seconds];
    stub.answerWith(results({ ...one, Timestamps, Values: [1, 2, 3] }));
    expect(await ask(errors)).toMatchObject({ series: [{ points: [[to - 60_000, 2]] }] });
  });

  it.each([
    ['a text', 'Errors', 'write it like'],
    ['a misspelt field', { ...errors, dimension: {} }, 'write it like'],
    ['a period that there is not', { ...errors, period: 45 }, 'write it like'],
    [
      'a version that YAML takes for a number',
      '{ namespace: a, metric: b, statistic: Sum, dimensions: { v: 1.10 } }',
      'write it like',
    ],
    ['an unknown placeholder', { ...errors, metric: '{{form}}' }, '{{form}} stands for nothing'],
  ])('refuses %s', async (_name, query, detail) => {
    const answer = await ask(query);
    expect(answer).toMatchObject({ kind: 'error', retryable: false });
    expect(answer).toMatchObject({ detail: expect.stringContaining(detail) });
    expect(stub.requests).toHaveLength(0);
  });

  it.each([
    [{}, 'region'],
    [{ region: 'eu central' }, 'region'],
    [{ region: 'eu-central-1', accessKeyId: 'a' }, 'secretAccessKey'],
    [{ region: 'eu-central-1', delay: '2d' }, 'delay'],
    [{ region: 'eu-central-1', attempts: 0 }, 'attempts'],
    [{ region: 'eu-central-1', profile: 'a' }, ''],
  ])('refuses the connection %j', (connection, path) => {
    const result = cloudwatch.connection.safeParse(connection);
    expect(result.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});

describe('providers/metrics/cloudwatch/periods', () => {
  it.each([
    [{ from: to - 10_000, to }, undefined, 60],
    [{ from: to - 60_000, to, step: 60_001 }, undefined, 120],
    [{ from: to - 60_000, to, step: 1_000 }, 10, 10],
    [{ from: to - 864_000_000, to, step: 60_000 }, undefined, 480],
  ])('takes for %j and the wish %s a period of %d s', (more, wished, period) => {
    expect(periodsOf({ ...range, query: '', ...more }, wished, 0).period).toBe(period);
  });

  it.each([
    ['on time', 0, 10_000],
    ['later', 90_000, 10_000],
    ['in looks of uneven length', 60_000, 17_300],
  ])(
    'gives every period to exactly one of the looks that follow another, %s',
    (_name, delay, step) => {
      const seen: number[] = [];
      for (let from = to + 1; from < to + 1_800_000; from += step) {
        const periods = periodsOf({ query: '', from, to: from + step, step }, 60, delay);
        for (let at = periods.start; at < periods.end; at += 60_000) seen.push(at);
      }
      expect(seen.length).toBeGreaterThan(28);
      expect(seen).toEqual(seen.map((_at, index) => seen[0]! + index * 60_000));
    },
  );

  it('gives one moment its last whole period', () => {
    const moment = { query: '', from: to + 5_000, to: to + 5_000, step: 10_000 };
    expect(periodsOf(moment, undefined, 0)).toEqual({ period: 60, start: to - 60_000, end: to });
  });
});

const python = findMoto();

describe.skipIf(!python)('providers/metrics/cloudwatch/index: against moto', () => {
  let server: RunningMoto;
  const now = Math.floor(Date.now() / 60_000) * 60_000;
  const dimensions = { Version: '1.1.0' };

  beforeAll(async () => {
    server = await startMoto(python!);
    const client = new CloudWatchClient({
      region: 'eu-central-1',
      endpoint: server.url,
      // The SDK writes into what it gets.
      credentials: { ...keys },
    });
    for (let minute = 1; minute <= 30; minute += 1) {
      const MetricData = [5, 25].map((second) => ({
        MetricName: 'Errors',
        Dimensions: [{ Name: 'Version', Value: '1.1.0' }],
        Timestamp: new Date(now - minute * 60_000 + second * 1000),
        Value: minute,
      }));
      await client.send(new PutMetricDataCommand({ Namespace: 'Shop', MetricData }));
    }
  });
  afterAll(() => server?.stop());

  const ask = (query: object, more: Partial<MetricQuery> = {}) =>
    open({ endpoint: server.url }).query(
      { query: JSON.stringify(query), from: now - 60_000, to: now, step: 60_000, ...more },
      aContext(),
    );

  it('reads the minute that has just ended', async () => {
    const answer = await ask({ ...errors, dimensions });
    expect(answer).toMatchObject({ kind: 'points', series: [{ points: [[now - 60_000, 2]] }] });
  });

  it('reads thirty minutes, in order', async () => {
    const answer = await ask({ ...errors, dimensions }, { from: now - 1_800_000 });
    if (answer.kind !== 'points') throw new Error(JSON.stringify(answer));
    const minutes = Array.from({ length: 30 }, (_, index) => 30 - index);
    expect(answer.series.map(({ points }) => points)).toEqual([
      minutes.map((minute) => [now - minute * 60_000, 2 * minute]),
    ]);
  });

  it('has no data of another version', async () => {
    const answer = await ask({ ...errors, dimensions: { Version: '1.0.0' } });
    expect(answer).toMatchObject({ kind: 'noData' });
  });
});
