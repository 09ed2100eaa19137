/** Google Cloud Monitoring: PromQL over all metrics of a project, with tokens that are kept. */

import type { CallContext } from '../../call.ts';
import type { HttpAnswer } from '../../http.ts';
import { joinUrl } from '../../http-settings.ts';
import type { Vendor } from '../../shelf.ts';
import { answering } from '../answers.ts';
import type { MetricAnswer, MetricProvider, MetricQuery } from '../contract.ts';
import { askPromql, promqlRequest, readPromql } from '../prometheus/promql.ts';
import { connectionSchema, settingsSchema } from './schema.ts';
import type { Connection, Settings } from './schema.ts';
import { createTokens, type Tokens } from './tokens.ts';

const vendor = 'Google Cloud Monitoring';

export const googleCloudMonitoring: Vendor<Settings, Connection, MetricProvider> = {
  name: 'google-cloud-monitoring',
  settings: settingsSchema,
  connection: connectionSchema,
  create(_settings, connection) {
    const tokens = createTokens(connection);
    return {
      cumulative: false,
      query: (query, context) => answering(context, () => ask(query, connection, tokens, context)),
    };
  },
};

async function ask(
  query: MetricQuery,
  connection: Connection,
  tokens: Tokens,
  context: CallContext,
): Promise<MetricAnswer> {
  const first = await attempt(query, connection, tokens, context);
  if (!('refused' in first)) return first;
  // A token may be withdrawn before it runs out: once, a new one is worth a try.
  tokens.drop(first.refused);
  const second = await attempt(query, connection, tokens, context);
  return 'refused' in second ? readPromql(vendor, second.answer) : second;
}

async function attempt(
  query: MetricQuery,
  { url, project, delayMs, timeoutMs }: Connection,
  tokens: Tokens,
  { signal }: CallContext,
): Promise<MetricAnswer | { refused: string; answer: HttpAnswer }> {
  const token = await tokens.get(signal);
  if ('failed' in token) return token.failed;
  const shifted = { ...query, from: query.from - delayMs, to: query.to - delayMs };
  const { path, form } = promqlRequest(shifted);
  form.set('timeout', `${timeoutMs}ms`);
  const base = joinUrl(url, `/v1/projects/${project}/location/global/prometheus`);
  const headers = { authorization: `Bearer ${token.said}` };
  const answer = await askPromql(`${base}/api/v1/${path}`, form, { headers, signal, timeoutMs });
  if (answer.status === 401) return { refused: token.said, answer };
  return readPromql(vendor, answer);
}
