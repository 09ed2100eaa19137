/** Datadog: metric queries, and formulas over any of its data sources, in buckets of the wished size. */

import type { CallContext } from '../../call.ts';
import { request } from '../../http.ts';
import type { Vendor } from '../../shelf.ts';
import { answering } from '../answers.ts';
import type { MetricAnswer, MetricProvider, MetricQuery } from '../contract.ts';
import { connectionSchema, settingsSchema } from './schema.ts';
import type { Connection, Settings } from './schema.ts';
import { queryV1 } from './v1.ts';
import { queryV2 } from './v2.ts';

export const datadog: Vendor<Settings, Connection, MetricProvider> = {
  name: 'datadog',
  settings: settingsSchema,
  connection: connectionSchema,
  create: (_settings, connection) => ({
    cumulative: false,
    query: (query, context) => answering(context, () => ask(query, connection, context)),
  }),
};

async function ask(
  query: MetricQuery,
  connection: Connection,
  { signal }: CallContext,
): Promise<MetricAnswer> {
  const base = connection.url ?? `https://api.${connection.site ?? 'datadoghq.com'}`;
  const { timeoutMs } = connection;
  const keys = { 'dd-api-key': connection.apiKey, 'dd-application-key': connection.applicationKey };
  // `{{interval}}` is filled in as `10s`; Datadog wants the number alone.
  const text = query.query.replaceAll(/(\.rollup\([^)]*?\d+)s(\s*\))/g, '$1$2');
  const filled = { ...query, query: text };
  if (connection.api === 'v1') {
    return queryV1(filled, base, connection.delayMs, (url) =>
      request(url, { headers: keys, signal, timeoutMs }),
    );
  }
  return queryV2(filled, base, connection.delayMs, (url, body) => {
    const headers = { ...keys, 'content-type': 'application/json' };
    return request(url, { method: 'POST', headers, body: JSON.stringify(body), signal, timeoutMs });
  });
}
