/** Amazon CloudWatch: one metric or expression, by GetMetricData. */

import type { CloudWatchClient, GetMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import { unlessAborted } from '../../abort.ts';
import type { Vendor } from '../../shelf.ts';
import { answering, pointsOrNone, wrongQuery } from '../answers.ts';
import type { MetricAnswer, MetricProvider, MetricQuery, Series } from '../contract.ts';
import { parseQuery } from '../query-text.ts';
import { fillRange, thin } from '../range.ts';
import { createClient, type Sdk } from './client.ts';
import { failed } from './failure.ts';
import { periodsOf, type Periods } from './periods.ts';
import { answerSchema, connectionSchema, querySchema, settingsSchema } from './schema.ts';
import type { Connection, Metric, Query, Result, Settings } from './schema.ts';

const example =
  '{ namespace: AWS/ApplicationELB, metric: RequestCount, dimensions: { TargetGroup: "…" }, statistic: Sum }';
/** A query that needs more is no metric. */
const maxPages = 20;

export const cloudwatch: Vendor<Settings, Connection, MetricProvider> = {
  name: 'cloudwatch',
  settings: settingsSchema,
  connection: connectionSchema,
  create(_settings, connection) {
    let opened: Promise<{ client: CloudWatchClient; sdk: Sdk }> | undefined;
    return {
      cumulative: false,
      query: (query, context) =>
        answering(context, async () => {
          const what = parseQuery(fillRange(query), querySchema, example);
          const periods = periodsOf(query, what.period, connection.delay);
          if (periods.start >= periods.end) return noPeriod(periods);
          context.signal.throwIfAborted();
          const timeout = AbortSignal.timeout(connection.timeoutMs);
          const limit = AbortSignal.any([context.signal, timeout]);
          opened ??= createClient(connection);
          const { client, sdk } = await opened;
          try {
            const input = inputOf(what, periods);
            // Looking for credentials does not listen to the signal.
            const results = await unlessAborted(readAll(client, sdk, input, limit), limit);
            return typeof results === 'string'
              ? wrongQuery(results)
              : readResults(results, periods, query);
          } catch (error) {
            context.signal.throwIfAborted();
            return failed(error, timeout.aborted);
          }
        }),
    };
  },
};

function noPeriod({ period }: Periods): MetricAnswer {
  const detail = `no period of ${period} s ended in this interval, and none is counted twice`;
  return { kind: 'noData', detail };
}

function inputOf(query: Query, { period, start, end }: Periods): GetMetricDataCommandInput {
  const range = { StartTime: new Date(start), EndTime: new Date(end) };
  const order = { ScanBy: 'TimestampAscending' as const };
  if (!('expression' in query)) {
    const one = { Id: 'value', MetricStat: statOf(query, period) };
    return { ...range, ...order, MetricDataQueries: [one] };
  }
  const named = Object.entries(query.metrics).map(([name, metric]) => ({
    Id: name,
    MetricStat: statOf(metric, period),
    ReturnData: false,
  }));
  // Its own name must be none that the expression uses.
  const Id = `value_${'x'.repeat(Math.max(0, ...named.map((one) => one.Id.length)))}`;
  const whole = { Id, Expression: query.expression, Period: period };
  return { ...range, ...order, MetricDataQueries: [...named, whole] };
}

function statOf({ namespace, metric, dimensions, statistic }: Metric, period: number) {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  const Metric = { Namespace: namespace, MetricName: metric, Dimensions };
  return { Metric, Period: period, Stat: statistic };
}

/** The results of all pages, or a sentence about what is wrong with the query. */
async function readAll(
  client: CloudWatchClient,
  sdk: Sdk,
  input: GetMetricDataCommandInput,
  abortSignal: AbortSignal,
): Promise<Result[] | string> {
  const results: Result[] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const command = new sdk.GetMetricDataCommand({ ...input, ...(NextToken && { NextToken }) });
    const answer = answerSchema.parse(await client.send(command, { abortSignal }));
    results.push(...answer.MetricDataResults);
    NextToken = answer.NextToken;
    if (!NextToken) return results;
  }
  return `the answer has more than ${maxPages} pages: ask for fewer series, or a longer period`;
}

function readResults(results: Result[], periods: Periods, query: MetricQuery): MetricAnswer {
  // The last page about a series says whether it is whole.
  const last = new Map(results.map((result) => [keyOf(result), result]));
  for (const result of last.values()) {
    if (result.StatusCode === 'Complete') continue;
    const said = result.Messages.map(({ Value }) => Value).join('; ');
    const detail = `CloudWatch answered ${result.StatusCode} for ${result.Label ?? result.Id}: ${said}`;
    return { kind: 'error', detail, retryable: result.StatusCode !== 'Forbidden' };
  }
  const all = new Map<string, Series>();
  for (const result of results) {
    const key = keyOf(result);
    const series = all.get(key) ?? { labels: { label: result.Label ?? result.Id }, points: [] };
    series.points.push(...pointsOf(result, periods));
    all.set(key, series);
  }
  const series = [...all.values()].map((one) => thin(one, { ...query, to: periods.end }));
  // A metric that nobody wrote to is an answer too: a result without values.
  return pointsOrNone(results.some(({ Values }) => Values.length > 0) ? series : []);
}

function keyOf({ Id, Label }: Result): string {
  return JSON.stringify([Id, Label]);
}

/** CloudWatch widens ranges as it likes; what was not asked for belongs to another interval. */
function pointsOf({ Timestamps, Values }: Result, { start, end }: Periods): Series['points'] {
  return Timestamps.map((time, index): [number, number] => [
    time.getTime(),
    Values[index] ?? NaN,
  ]).filter(([time]) => time >= start && time < end);
}
