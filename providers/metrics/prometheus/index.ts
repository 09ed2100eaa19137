/** Prometheus, and whatever speaks its HTTP API: PromQL over a range or at one moment. */

import { authorization } from '../../authorization.ts';
import type { CallContext } from '../../call.ts';
import { joinUrl } from '../../http-settings.ts';
import type { Vendor } from '../../shelf.ts';
import { answering } from '../answers.ts';
import type { MetricProvider, MetricQuery } from '../contract.ts';
import { clusterName } from '../../routers/envoy/names.ts';
import { askPromql, promqlRequest, readPromql } from './promql.ts';
import { connectionSchema, settingsSchema } from './schema.ts';
import type { Connection, Settings } from './schema.ts';
import { signalsOf } from './signals/index.ts';

export const prometheus: Vendor<Settings, Connection, MetricProvider> = {
  name: 'prometheus',
  settings: settingsSchema,
  connection: connectionSchema,
  create: (_settings, connection) => ({
    cumulative: false,
    query: (query, context) =>
      answering(context, async () => {
        return readPromql(
          'Prometheus',
          await ask(query, connection, context),
          connection.histogramUnit,
        );
      }),
    signals: (source = connection.source) =>
      source === undefined ? {} : signalsOf(source, connection.labels),
    templateValues: (site, version) => ({ cluster: clusterName(site, version) }),
  }),
};

async function ask(query: MetricQuery, connection: Connection, context: CallContext) {
  const { path, form } = promqlRequest(query);
  const url = joinUrl(connection.url, `/api/v1/${path}`);
  const { timeoutMs } = connection;
  form.set('timeout', `${timeoutMs}ms`);
  const headers = { ...connection.headers, ...authorization(connection) };
  return askPromql(url, form, { headers, signal: context.signal, timeoutMs });
}
