/** Any service that answers JSON over HTTP: the query says what to ask and where the number is. */

import { authorization } from '../../authorization.ts';
import { request, type HttpAnswer, type HttpRequest } from '../../http.ts';
import { joinUrl } from '../../http-settings.ts';
import type { Vendor } from '../../shelf.ts';
import { answering, failure, notItsFormat, parseJson, shorten } from '../answers.ts';
import type { MetricAnswer, MetricProvider, MetricQuery } from '../contract.ts';
import { select } from '../json-path.ts';
import { parseQuery } from '../query-text.ts';
import { fillRange } from '../range.ts';
import { connectionSchema, querySchema, settingsSchema } from './schema.ts';
import type { Connection, Query, Settings } from './schema.ts';

const example = '{ path: /stats, parameters: { version: "1.4.2" }, value: $.errorRate }';
/** JSONPath walks all of it, and a metric is small. */
const maxBytes = 2_000_000;

export const web: Vendor<Settings, Connection, MetricProvider> = {
  name: 'web',
  settings: settingsSchema,
  connection: connectionSchema,
  create: (_settings, connection) => ({
    cumulative: false,
    query: (query, context) =>
      answering(context, async () => {
        const what = parseQuery(fillRange(query), querySchema, example);
        const options = { signal: context.signal, ...optionsOf(what, connection) };
        return readAnswer(await request(urlOf(what, connection), options), what, query);
      }),
  }),
};

function urlOf({ path, parameters }: Query, { url }: Connection): string {
  const base = new URL(url);
  if (path !== '') base.pathname = joinUrl(base.pathname, path);
  for (const [name, value] of Object.entries(parameters)) base.searchParams.append(name, value);
  return base.href;
}

function optionsOf(query: Query, connection: Connection): Omit<HttpRequest, 'signal'> {
  const { method, body } = query;
  const headers = {
    accept: 'application/json',
    ...connection.headers,
    ...authorization(connection),
  };
  const limits = { timeoutMs: connection.timeoutMs, maxBytes };
  // Followed, a redirect would take headers with credentials to wherever it points.
  const shared = { ...limits, redirect: 'manual' as const };
  if (body === undefined) return { ...shared, method: method ?? 'GET', headers };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    ...shared,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: text,
  };
}

function readAnswer(answer: HttpAnswer, what: Query, query: MetricQuery): MetricAnswer {
  const { status, text } = answer;
  if (status < 200 || status > 299) return failure('The service', answer, shorten(text));
  const json = parseJson(text);
  return json === undefined ? notItsFormat('The service', answer) : select(json, what, query);
}
