/** New Relic: NRQL through NerdGraph, over exactly the range that is asked for. */

import type { CallContext } from '../../call.ts';
import type { Vendor } from '../../shelf.ts';
import { answering, pointsOrNone, wrongQuery } from '../answers.ts';
import { bucketsFromEnd, noBucketEnded, type Buckets } from '../buckets.ts';
import type { MetricAnswer, MetricProvider, MetricQuery } from '../contract.ts';
import { askGraphql, type GraphqlError } from '../graphql.ts';
import { toSeries } from './results.ts';
import { connectionSchema, dataSchema, settingsSchema } from './schema.ts';
import type { Connection, Settings } from './schema.ts';

const urls = {
  us: 'https://api.newrelic.com/graphql',
  eu: 'https://api.eu.newrelic.com/graphql',
  jp: 'https://api.jp.newrelic.com/graphql',
} as const;

/** `TIMESERIES` has at most 366 buckets. */
const maxPoints = 366;

/** Classes of errors that pass by themselves; the others mean a wrong query or missing rights. */
const passingClasses = new Set([
  'TIMEOUT',
  'SERVER_ERROR',
  'INTERNAL_SERVER_ERROR',
  'TOO_MANY_REQUESTS',
]);

export const newrelic: Vendor<Settings, Connection, MetricProvider> = {
  name: 'newrelic',
  settings: settingsSchema,
  connection: connectionSchema,
  create: (_settings, connection) => ({
    cumulative: false,
    query: (query, context) => answering(context, () => ask(query, connection, context)),
  }),
};

const document = `query ($account: Int!, $nrql: Nrql!, $timeout: Seconds) {
  actor { account(id: $account) { nrql(query: $nrql, timeout: $timeout) {
    results metadata { facets messages }
  } } }
}`;

async function ask(
  query: MetricQuery,
  connection: Connection,
  { signal }: CallContext,
): Promise<MetricAnswer> {
  const clause = clauseOfOurs(query.query);
  if (clause) return wrongQuery(`leave ${clause} out of the query: time comes from the analysis`);
  const { delayMs, timeoutMs, apiKey, account } = connection;
  const buckets = bucketsFromEnd(query, { unitMs: 1_000, delayMs, maxPoints });
  if (buckets.from >= buckets.to) return noBucketEnded(1_000);
  const read = await askGraphql(
    {
      vendor: 'New Relic',
      url: connection.url ?? urls[connection.region ?? 'us'],
      headers: { 'api-key': apiKey },
      query: document,
      variables: {
        account,
        nrql: `${query.query.trim()} ${timeClauses(buckets)}`,
        // New Relic takes 5 to 120 seconds.
        timeout: Math.min(120, Math.max(5, Math.round(timeoutMs / 1000))),
      },
      signal,
      timeoutMs,
    },
    dataSchema,
    mayPassByItself,
  );
  if ('failed' in read) return read.failed;
  const { results, metadata } = read.said.actor.account.nrql;
  const series = toSeries(results, metadata?.facets ?? [], buckets.to);
  const said = (metadata?.messages ?? []).join('; ');
  return pointsOrNone(series, said && `New Relic says: ${said}`);
}

function timeClauses({ from, to, size }: Buckets): string {
  const range = `SINCE ${from} UNTIL ${to}`;
  return to - from > size ? `${range} TIMESERIES ${size / 1000} SECONDS` : range;
}

/** A clause about time outside of quotes, which would contradict ours. */
function clauseOfOurs(query: string): string | undefined {
  const bare = query.replaceAll(/'[^']*'|`[^`]*`/g, '');
  return /\b(?:SINCE|UNTIL|TIMESERIES|COMPARE\s+WITH)\b/i.exec(bare)?.[0].toUpperCase();
}

function mayPassByItself({ extensions }: GraphqlError): boolean {
  return passingClasses.has(String(extensions?.['errorClass'] ?? extensions?.['code']));
}
