/** InfluxDB: InfluxQL about a database (version 1), or Flux in an organisation (version 2). */

import { CrescendoError } from '../../../domain/errors.ts';
import { authorization } from '../../authorization.ts';
import type { CallContext } from '../../call.ts';
import { request } from '../../http.ts';
import { joinUrl } from '../../http-settings.ts';
import type { Vendor } from '../../shelf.ts';
import { answering } from '../answers.ts';
import type { MetricAnswer, MetricProvider, MetricQuery } from '../contract.ts';
import { fillRange } from '../range.ts';
import { fluxBody, readFlux } from './flux.ts';
import { influxqlForm, readInfluxql } from './influxql.ts';
import { connectionSchema, settingsSchema } from './schema.ts';
import type { Connection, Settings } from './schema.ts';

export const influxdb: Vendor<Settings, Connection, MetricProvider> = {
  name: 'influxdb',
  settings: settingsSchema,
  connection: connectionSchema,
  create: (_settings, connection) => ({
    cumulative: false,
    query: (query, context) =>
      answering(context, () => {
        const ask = connection.org === undefined ? askInfluxql : askFlux;
        return ask(query, connection, context);
      }),
  }),
};

async function askInfluxql(
  query: MetricQuery,
  connection: Connection,
  { signal }: CallContext,
): Promise<MetricAnswer> {
  const form = influxqlForm(textOf(query), connection);
  const answer = await request(joinUrl(connection.url, '/query'), {
    method: 'POST',
    headers: { ...login(connection), 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
    signal,
    timeoutMs: connection.timeoutMs,
  });
  return readInfluxql(answer, query);
}

async function askFlux(
  query: MetricQuery,
  connection: Connection,
  { signal }: CallContext,
): Promise<MetricAnswer> {
  const org = encodeURIComponent(connection.org ?? '');
  const answer = await request(joinUrl(connection.url, `/api/v2/query?org=${org}`), {
    method: 'POST',
    headers: {
      ...login(connection),
      'content-type': 'application/json',
      accept: 'application/csv',
    },
    body: fluxBody(textOf(query)),
    signal,
    timeoutMs: connection.timeoutMs,
  });
  return readFlux(answer, query);
}

/** A query that names no beginning reads all that ever was, and takes the oldest for evidence. */
function textOf(query: MetricQuery): string {
  if (/\{\{\s*from/.test(query.query)) return fillRange(query);
  const example =
    '`time >= {{from}}ms AND time < {{to}}ms`, or in Flux `range(start: {{from.iso}}…)`';
  throw new CrescendoError('settings_invalid', `the query must name its range: ${example}`);
}

function login({ token, username, password }: Connection): Record<string, string> {
  if (token !== undefined) return { authorization: `Token ${token}` };
  return authorization({ username, password });
}
