/** Prometheus, and whatever speaks its HTTP API: PromQL over a range or at one moment. */

import { CrescendoError } from '../../../domain/errors.ts';
import type { CallContext } from '../../call.ts';
import { request, retryAfterMs, type HttpAnswer } from '../../http.ts';
import { joinUrl } from '../../http-settings.ts';
import type { Vendor } from '../../shelf.ts';
import type { MetricAnswer, MetricProvider, MetricQuery, Series } from '../contract.ts';
import { answerSchema, connectionSchema, settingsSchema } from './schema.ts';
import type { Connection, Data, Settings } from './schema.ts';

/** Prometheus refuses more than 11,000 points per series. */
const maxPoints = 10_000;
/** Error types that pass by themselves; the others mean a wrong query or missing rights. */
const passingErrors = new Set(['timeout', 'canceled', 'unavailable', 'internal']);

export const prometheus: Vendor<Settings, Connection, MetricProvider> = {
  name: 'prometheus',
  settings: settingsSchema,
  connection: connectionSchema,
  create: (_settings, connection) => ({
    cumulative: false,
    async query(query, context) {
      try {
        return readAnswer(await ask(query, connection, context));
      } catch (error) {
        context.signal.throwIfAborted();
        if (!(error instanceof CrescendoError)) throw error;
        return { kind: 'error', detail: error.message, retryable: error.retryable };
      }
    },
  }),
};

async function ask(query: MetricQuery, connection: Connection, context: CallContext) {
  const path = query.from === query.to ? 'query' : 'query_range';
  const url = joinUrl(connection.url, `/api/v1/${path}`);
  const form = parameters(query, connection.timeoutMs).toString();
  const headers = { ...connection.headers, ...authorization(connection) };
  const { signal } = context;
  const { timeoutMs } = connection;
  const answer = await request(url, {
    // A form in the body has no length limit, unlike a query string.
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    body: form,
    signal,
    timeoutMs,
  });
  // Proxies that let only reads pass refuse POST.
  if (answer.status !== 405 && answer.status !== 501) return answer;
  return request(`${url}?${form}`, { headers, signal, timeoutMs });
}

function parameters(query: MetricQuery, timeoutMs: number): URLSearchParams {
  const shared = { query: query.query, timeout: `${timeoutMs}ms` };
  if (query.from === query.to) return new URLSearchParams({ ...shared, time: seconds(query.to) });
  const step = Math.max(query.step, Math.ceil((query.to - query.from) / maxPoints), 1);
  const range = { start: seconds(query.from), end: seconds(query.to), step: seconds(step) };
  return new URLSearchParams({ ...shared, ...range });
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function authorization(connection: Connection): Record<string, string> {
  if (connection.token) return { authorization: `Bearer ${connection.token}` };
  if (connection.username === undefined) return {};
  const pair = Buffer.from(`${connection.username}:${connection.password ?? ''}`);
  return { authorization: `Basic ${pair.toString('base64')}` };
}

function readAnswer(answer: HttpAnswer): MetricAnswer {
  const parsed = answerSchema.safeParse(parseJson(answer.text));
  const said = parsed.data;
  if (said?.status === 'error') {
    const { errorType, error } = said;
    const retryable = answer.status === 429 || passingErrors.has(errorType);
    return failure(answer, `${errorType}: ${error}`, retryable);
  }
  if (answer.status < 200 || answer.status > 299) {
    const passing = answer.status === 408 || answer.status === 429 || answer.status >= 500;
    return failure(answer, shorten(answer.text), passing);
  }
  // Most often a login or maintenance page in between: nothing is known about the query.
  if (!said) return failure(answer, `not its format: ${shorten(answer.text)}`, true);
  return readData(said.data, said.warnings);
}

function failure(answer: HttpAnswer, text: string, retryable: boolean): MetricAnswer {
  const wait = retryAfterMs(answer.headers, Date.now());
  const detail = `Prometheus answered ${answer.status}: ${text}`;
  const error: MetricAnswer = { kind: 'error', detail, retryable };
  return retryable && wait !== undefined ? { ...error, retryAfterMs: wait } : error;
}

function readData(data: Data, warnings: string[]): MetricAnswer {
  if (data.resultType === 'string') {
    const detail = 'the query answers a text; only numbers can be judged';
    return { kind: 'error', detail, retryable: false };
  }
  const all = toSeries(data);
  const series = all.filter((one) => one.points.length > 0);
  if (series.length > 0) return { kind: 'points', series };
  const said = warnings.length > 0 ? ` (Prometheus warns: ${warnings.join('; ')})` : '';
  const detail = all.length === 0 ? 'no series match the query' : 'all values are NaN or infinite';
  return { kind: 'noData', detail: detail + said };
}

function toSeries(data: Exclude<Data, { resultType: 'string' }>): Series[] {
  if (data.resultType === 'scalar') return [{ labels: {}, points: toPoints([data.result]) }];
  return data.result.map((one) => {
    const samples = 'values' in one ? one.values : one.value ? [one.value] : [];
    return { labels: one.metric, points: toPoints(samples) };
  });
}

function toPoints(samples: [number, string][]): Series['points'] {
  return samples
    .map(([time, value]): [number, number] => [Math.round(time * 1000), Number(value || NaN)])
    .filter(([, value]) => Number.isFinite(value));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function shorten(text: string): string {
  return text.slice(0, 300).trim() || 'nothing';
}
