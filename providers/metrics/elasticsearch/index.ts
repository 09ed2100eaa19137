/** Elasticsearch and OpenSearch: aggregations of a search, a count, or ES|QL. */

import { CrescendoError } from '../../../domain/errors.ts';
import { authorization } from '../../authorization.ts';
import type { CallContext } from '../../call.ts';
import { request } from '../../http.ts';
import { joinUrl } from '../../http-settings.ts';
import type { Vendor } from '../../shelf.ts';
import { answering } from '../answers.ts';
import type { MetricProvider, MetricQuery } from '../contract.ts';
import { parseQuery } from '../query-text.ts';
import { fillRange } from '../range.ts';
import { readAnswer } from './answer.ts';
import { connectionSchema, querySchema, settingsSchema } from './schema.ts';
import type { Connection, Query, Settings } from './schema.ts';

const example =
  '{ index: requests-*, search: { query: {…}, aggs: {…} }, value: $.aggregations.errors.value }';

export const elasticsearch: Vendor<Settings, Connection, MetricProvider> = {
  name: 'elasticsearch',
  settings: settingsSchema,
  connection: connectionSchema,
  create: (_settings, connection) => ({
    cumulative: false,
    query: (query, context) =>
      answering(context, async () => {
        const what = parseQuery(textOf(query), querySchema, example);
        return readAnswer(await ask(what, connection, context), what, query);
      }),
  }),
};

/** A query that names no beginning counts all that ever was. */
function textOf(query: MetricQuery): string {
  if (/\{\{\s*from/.test(query.query)) return fillRange(query);
  const example = '{ range: { "@timestamp": { gte: "{{from.iso}}", lt: "{{to.iso}}" } } }';
  throw new CrescendoError('settings_invalid', `the query must name its range, e.g. ${example}`);
}

function ask(query: Query, connection: Connection, { signal }: CallContext) {
  const { timeoutMs } = connection;
  const { path, body } = requestOf(query, timeoutMs);
  return request(joinUrl(connection.url, path), {
    method: 'POST',
    headers: { ...login(connection), 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
    timeoutMs,
  });
}

// Without these two, shards that failed and patterns that match no index would look like few errors.
const strict = 'allow_no_indices=false&ignore_unavailable=false';

function requestOf(query: Query, timeoutMs: number): { path: string; body: object } {
  if ('esql' in query) return { path: '/_query', body: { query: query.esql } };
  const index = encodeURIComponent(query.index);
  if ('count' in query) return { path: `/${index}/_count?${strict}`, body: { query: query.count } };
  const path = `/${index}/_search?${strict}&allow_partial_search_results=false`;
  return { path, body: { ...query.search, size: 0, timeout: `${timeoutMs}ms` } };
}

function login({ apiKey, ...other }: Connection): Record<string, string> {
  return apiKey === undefined ? authorization(other) : { authorization: `ApiKey ${apiKey}` };
}
