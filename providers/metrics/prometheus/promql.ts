/** PromQL over HTTP: the form that asks, and the reading of what comes back. */

import { request, type HttpAnswer, type HttpRequest } from '../../http.ts';
import { failure, notItsFormat, parseJson, pointsOrNone, shorten, wrongQuery } from '../answers.ts';
import type { MetricAnswer, MetricQuery, Series } from '../contract.ts';
import { histogramSeries, type HistogramUnit } from './native-histograms.ts';
import { answerSchema, type Data } from './schema.ts';

/** Prometheus refuses more than 11,000 points per series. */
const maxPoints = 10_000;
/** Error types that pass by themselves; the others mean a wrong query or missing rights. */
const passingErrors = new Set(['timeout', 'canceled', 'unavailable', 'internal']);

/** Which endpoint a query belongs to, and its parameters. */
export function promqlRequest(query: MetricQuery): {
  path: 'query' | 'query_range';
  form: URLSearchParams;
} {
  if (query.from === query.to) {
    const form = new URLSearchParams({ query: query.query, time: seconds(query.to) });
    return { path: 'query', form };
  }
  const step = Math.max(query.step, Math.ceil((query.to - query.from) / maxPoints), 1);
  const range = { start: seconds(query.from), end: seconds(query.to), step: seconds(step) };
  return { path: 'query_range', form: new URLSearchParams({ query: query.query, ...range }) };
}

/** The answer of a PromQL endpoint. */
export async function askPromql(
  url: string,
  form: URLSearchParams,
  options: Pick<HttpRequest, 'signal' | 'timeoutMs'> & { headers: Record<string, string> },
): Promise<HttpAnswer> {
  const answer = await request(url, {
    ...options,
    // A form in the body has no length limit, unlike a query string.
    method: 'POST',
    headers: { ...options.headers, 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  });
  // Proxies that let only reads pass refuse POST.
  if (answer.status !== 405 && answer.status !== 501) return answer;
  return request(`${url}?${form.toString()}`, options);
}

/**
 * Points, no data or an error, from an answer of `vendor`. Native histograms become a series for each
 * bound of their `unit`.
 */
export function readPromql(
  vendor: string,
  answer: HttpAnswer,
  unit: HistogramUnit = 's',
): MetricAnswer {
  const said = answerSchema.safeParse(parseJson(answer.text)).data;
  if (said?.status === 'error') {
    const { errorType, error } = said;
    const retryable = answer.status === 429 || passingErrors.has(errorType);
    return failure(vendor, answer, `${errorType}: ${error}`, retryable);
  }
  if (answer.status < 200 || answer.status > 299) {
    return failure(vendor, answer, shorten(answer.text));
  }
  return said ? readData(vendor, said.data, said.warnings, unit) : notItsFormat(vendor, answer);
}

function readData(
  vendor: string,
  data: Data,
  warnings: string[],
  unit: HistogramUnit,
): MetricAnswer {
  if (data.resultType === 'string') {
    return wrongQuery('the query answers a text; only numbers can be judged');
  }
  const said = warnings.length > 0 ? `${vendor} warns: ${warnings.join('; ')}` : '';
  return pointsOrNone(toSeries(data, unit), said);
}

function toSeries(data: Exclude<Data, { resultType: 'string' }>, unit: HistogramUnit): Series[] {
  if (data.resultType === 'scalar') return [{ labels: {}, points: toPoints([data.result]) }];
  return data.result.flatMap((one) => {
    const samples = 'values' in one ? one.values : one.value ? [one.value] : [];
    const histograms = 'histograms' in one ? one.histograms : one.histogram ? [one.histogram] : [];
    const numbers = { labels: one.metric, points: toPoints(samples) };
    if (histograms.length === 0) return [numbers];
    const buckets = histogramSeries(one.metric, histograms, unit);
    return samples.length === 0 ? buckets : [numbers, ...buckets];
  });
}

function toPoints(samples: [number, string][]): Series['points'] {
  return samples
    .map(([time, value]): [number, number] => [Math.round(time * 1000), Number(value || NaN)])
    .filter(([, value]) => Number.isFinite(value));
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
