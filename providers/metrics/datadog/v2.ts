/** Datadog's `POST /api/v2/query/timeseries`: the interval is part of the request. */

import type { HttpAnswer } from '../../http.ts';
import { joinUrl } from '../../http-settings.ts';
import { failure, parseJson, pointsOrNone, wrongQuery } from '../answers.ts';
import { noBucketEnded, pointsOfBuckets, wholeBuckets, type Buckets } from '../buckets.ts';
import type { MetricAnswer, MetricQuery, Series } from '../contract.ts';
import { labelsOf, readDatadog, rollupMs } from './read.ts';
import { answerV2Schema, formulaQuerySchema } from './schema.ts';
import type { AnswerV2, FormulaQuery } from './schema.ts';

/** Datadog makes the buckets larger when there would be more points than this. */
const maxPoints = 1_500;

/** Asks for whole buckets and reads what comes back. */
export async function queryV2(
  query: MetricQuery,
  base: string,
  delayMs: number,
  post: (url: string, body: unknown) => Promise<HttpAnswer>,
): Promise<MetricAnswer> {
  const what = formulaQuery(query.query);
  if (typeof what === 'string') return wrongQuery(what);
  const step = Math.max(query.step, rollupMs(query.query));
  const buckets = wholeBuckets({ ...query, step }, { unitMs: 1_000, delayMs, maxPoints });
  const { from, to, size } = buckets;
  if (from >= to) return noBucketEnded(size);
  const attributes = { from, to, interval: size, ...what };
  const body = { data: { type: 'timeseries_request', attributes } };
  const answer = await post(joinUrl(base, '/api/v2/query/timeseries'), body);
  const read = readDatadog(answer, answerV2Schema);
  if ('failed' in read) return read.failed;
  // A wrong query is answered with 400: what is reported beside 200 went wrong on the way.
  if (read.said.errors) return failure('Datadog', answer, read.said.errors, true);
  return pointsOrNone(toSeries(read.said, what, buckets));
}

/** The query as Datadog's queries and formulas, or a sentence saying what is wrong with it. */
function formulaQuery(text: string): FormulaQuery | string {
  if (!text.trimStart().startsWith('{')) {
    const queries = [{ name: 'query', data_source: 'metrics', query: text }];
    return { queries, formulas: [{ formula: 'query' }] };
  }
  const parsed = formulaQuerySchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') || 'it';
  return `a query that begins with { must be JSON with "queries" and "formulas": ${where}: ${issue?.message}`;
}

function toSeries({ data }: AnswerV2, { formulas }: FormulaQuery, buckets: Buckets): Series[] {
  const { times = [], values = [], series = [] } = data?.attributes ?? {};
  return values.map((row, index) => {
    const { group_tags: tags, query_index: which = 0 } = series[index] ?? {};
    // Without it the answers to several formulas would look like one series each time.
    const formula: Series['labels'] =
      formulas.length > 1 ? { formula: formulas[which]?.formula ?? '' } : {};
    const samples = times.map((time, column) => [time, row[column]] as const);
    const points = pointsOfBuckets(samples, buckets.size, buckets);
    return { labels: { ...labelsOf(tags ?? []), ...formula }, points };
  });
}
