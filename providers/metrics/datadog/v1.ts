/** Datadog's `GET /api/v1/query`: the size of buckets is the query's own, or Datadog's choice. */

import type { HttpAnswer } from '../../http.ts';
import { joinUrl } from '../../http-settings.ts';
import { failure, pointsOrNone } from '../answers.ts';
import { noBucketEnded, pointsOfBuckets } from '../buckets.ts';
import type { MetricAnswer, MetricQuery } from '../contract.ts';
import { labelsOf, readDatadog } from './read.ts';
import { answerV1Schema } from './schema.ts';

/** So that a bucket which ended within the range has begun within what we ask for. */
const lookBackMs = 300_000;

/** Asks for the range and keeps the buckets that ended in it. */
export async function queryV1(
  query: MetricQuery,
  base: string,
  delayMs: number,
  get: (url: string) => Promise<HttpAnswer>,
): Promise<MetricAnswer> {
  const to = query.to - delayMs;
  const from = query.from - delayMs;
  const parameters = new URLSearchParams({
    from: String(Math.floor((from - lookBackMs) / 1000)),
    to: String(Math.ceil(to / 1000)),
    query: query.query,
  });
  const answer = await get(`${joinUrl(base, '/api/v1/query')}?${parameters.toString()}`);
  const read = readDatadog(answer, answerV1Schema);
  if ('failed' in read) return read.failed;
  // A wrong query is answered with 400: what is reported beside 200 went wrong on the way.
  if (read.said.status === 'error') return failure('Datadog', answer, read.said.error, true);
  const { series } = read.said;
  const largest = Math.max(0, ...series.map(({ interval }) => interval * 1000));
  const within = { from: query.from === query.to ? to - largest : from, to };
  const found = series.map(({ tag_set: tags, scope, interval, pointlist }) => ({
    labels: labelsOf(tags ?? scopeTags(scope)),
    points: pointsOfBuckets(pointlist, interval * 1000, within),
  }));
  const measured = series.some(({ pointlist }) => pointlist.some(([, value]) => value !== null));
  const ended = found.some(({ points }) => points.length > 0);
  return measured && !ended ? noBucketEnded(largest) : pointsOrNone(found);
}

function scopeTags(scope = '*'): string[] {
  return scope === '*' ? [] : scope.split(',');
}
