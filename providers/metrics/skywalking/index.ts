/** SkyWalking: expressions in MQE through GraphQL, in minutes, the finest that SkyWalking keeps. */

import { authorization } from '../../authorization.ts';
import type { CallContext } from '../../call.ts';
import { joinUrl } from '../../http-settings.ts';
import type { Vendor } from '../../shelf.ts';
import { answering, pointsOrNone, wrongQuery } from '../answers.ts';
import { noBucketEnded, wholeBuckets, type Buckets } from '../buckets.ts';
import type { MetricAnswer, MetricProvider, MetricQuery } from '../contract.ts';
import { askGraphql } from '../graphql.ts';
import { parseQuery } from '../query-text.ts';
import { toSeries } from './results.ts';
import {
  connectionSchema,
  querySchema,
  resultSchema,
  settingsSchema,
  zoneAnswerSchema,
} from './schema.ts';
import type { Connection, Settings } from './schema.ts';

const minute = 60_000;
/** A week of minutes: more would be more than an answer can hold. */
const maxPoints = 10_080;
const example = '{ expression: service_cpm, entity: { serviceName: shop } }';

export const skywalking: Vendor<Settings, Connection, MetricProvider> = {
  name: 'skywalking',
  settings: settingsSchema,
  connection: connectionSchema,
  create(_settings, connection) {
    // Asked once: a server does not change its zone while it runs.
    const known = { zone: connection.timezone };
    return {
      cumulative: false,
      query: (query, context) => answering(context, () => ask(query, connection, known, context)),
    };
  },
};

const timeDocument = 'query { getTimeInfo { timezone } }';
const document = `query ($expression: String!, $entity: Entity!, $duration: Duration!) {
  result: execExpression(expression: $expression, entity: $entity, duration: $duration) {
    type error results { metric { labels { key value } } values { id value } }
  }
}`;

async function ask(
  query: MetricQuery,
  connection: Connection,
  known: { zone: string | undefined },
  { signal }: CallContext,
): Promise<MetricAnswer> {
  const { expression, entity } = parseQuery(query.query, querySchema, example);
  const grid = { unitMs: minute, delayMs: connection.delayMs, maxPoints };
  const buckets = wholeBuckets({ ...query, step: minute }, grid);
  if (buckets.from >= buckets.to) return noBucketEnded(buckets.size);
  const { timeoutMs } = connection;
  const headers = { ...connection.headers, ...authorization(connection) };
  const url = joinUrl(connection.url, '/graphql');
  const call = { vendor: 'SkyWalking', url, headers, signal, timeoutMs };
  if (known.zone === undefined) {
    const time = await askGraphql(
      { ...call, query: timeDocument, variables: {} },
      zoneAnswerSchema,
      mayPassByItself,
    );
    if ('failed' in time) return time.failed;
    known.zone = time.said.getTimeInfo.timezone;
  }
  const variables = { expression, entity, duration: durationOf(buckets, known.zone) };
  const read = await askGraphql(
    { ...call, query: document, variables },
    resultSchema,
    mayPassByItself,
  );
  if ('failed' in read) return read.failed;
  const { result } = read.said;
  if (result.error) return cannotEvaluate(expression, result.error);
  const series = toSeries(result, buckets, query.step);
  return typeof series === 'string' ? wrongQuery(series) : pointsOrNone(series);
}

/** Most often the expression is wrong; storage that is away is called an internal exception. */
function cannotEvaluate(expression: string, error: string): MetricAnswer {
  const detail = `SkyWalking cannot evaluate "${expression}": ${error}`;
  return { kind: 'error', detail, retryable: /^internal\b/i.test(error) };
}

/** Minutes in the server's own time; the end is inclusive. */
function durationOf({ from, to }: Buckets, zone: string) {
  return { start: inZone(from, zone), end: inZone(to - minute, zone), step: 'MINUTE' };
}

/** `2023-11-14 2213`. */
function inZone(time: number, zone: string): string {
  const [, sign, hours, minutes] = /^([+-])(\d\d)(\d\d)$/.exec(zone) ?? [];
  const offset = (Number(hours) * 60 + Number(minutes)) * minute * (sign === '-' ? -1 : 1);
  const [date = '', clock = ''] = new Date(time + offset).toISOString().split('T');
  return `${date} ${clock.slice(0, 2)}${clock.slice(3, 5)}`;
}

/** Wrong documents and variables are told by their kind; storage that is away has none. */
function mayPassByItself({ message }: { message: string }): boolean {
  return !/valid|syntax|variable|coerc|undefined|unknown|authori[sz]/i.test(message);
}
