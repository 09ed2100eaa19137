/** Dynatrace: metric selectors, in slots of whole minutes, the finest that Dynatrace keeps. */

import type { CallContext } from '../../call.ts';
import { request } from '../../http.ts';
import { joinUrl } from '../../http-settings.ts';
import type { Vendor } from '../../shelf.ts';
import { answering, pointsOrNone, readBody, wrongQuery } from '../answers.ts';
import { noBucketEnded, pointsOfBuckets, wholeBuckets, type Buckets } from '../buckets.ts';
import type { MetricAnswer, MetricProvider, MetricQuery, Series } from '../contract.ts';
import { answerSchema, connectionSchema, errorSchema, settingsSchema } from './schema.ts';
import type { Answer, Connection, Settings } from './schema.ts';

const minute = 60_000;
/** Points that Dynatrace gives per series at most. */
const maxPoints = 10_080;

export const dynatrace: Vendor<Settings, Connection, MetricProvider> = {
  name: 'dynatrace',
  settings: settingsSchema,
  connection: connectionSchema,
  create: (_settings, connection) => ({
    cumulative: false,
    query: (query, context) => answering(context, () => ask(query, connection, context)),
  }),
};

async function ask(
  query: MetricQuery,
  { url, token, delayMs, timeoutMs }: Connection,
  { signal }: CallContext,
): Promise<MetricAnswer> {
  const buckets = wholeBuckets(query, { unitMs: minute, delayMs, maxPoints });
  const { from, to, size } = buckets;
  if (from >= to) return noBucketEnded(size);
  const parameters = new URLSearchParams({
    metricSelector: query.query,
    resolution: `${size / minute}m`,
    from: String(from),
    to: String(to),
  });
  const path = `/api/v2/metrics/query?${parameters.toString()}`;
  const headers = { authorization: `Api-Token ${token}`, accept: 'application/json' };
  const answer = await request(joinUrl(url, path), { headers, signal, timeoutMs });
  const read = readBody('Dynatrace', answer, answerSchema, explain);
  if ('failed' in read) return read.failed;
  if (isCut(read.said)) {
    return wrongQuery('there are more series than Dynatrace answers: filter, or use :splitBy()');
  }
  const warnings = [read.said, ...read.said.result].flatMap((one) => one.warnings ?? []);
  const said = warnings.length > 0 ? `Dynatrace warns: ${warnings.join('; ')}` : '';
  return pointsOrNone(toSeries(read.said, buckets), said);
}

/** Some of the series, or of their points, are missing: a sum of the others would be a lie. */
function isCut({ nextPageKey, result }: Answer): boolean {
  return (
    Boolean(nextPageKey) ||
    result.some((one) => (one.dimensionCountRatio ?? 0) > 1 || (one.dataPointCountRatio ?? 0) > 1)
  );
}

function toSeries({ result }: Answer, buckets: Buckets): Series[] {
  return result.flatMap(({ metricId, data }) =>
    data.map(({ dimensionMap, timestamps, values }) => {
      const dimensions = Object.entries(dimensionMap).map(([name, value]) => [name, value ?? '']);
      const metric: Series['labels'] = result.length > 1 ? { metric: metricId } : {};
      const samples = timestamps.map((end, index) => [end - buckets.size, values[index]] as const);
      const points = pointsOfBuckets(samples, buckets.size, buckets);
      return { labels: { ...Object.fromEntries(dimensions), ...metric }, points };
    }),
  );
}

function explain(body: unknown): string | undefined {
  const error = errorSchema.safeParse(body).data?.error;
  if (!error) return undefined;
  const violations = (error.constraintViolations ?? []).map(({ path, message }) =>
    path ? `${path}: ${message}` : message,
  );
  return [error.message, ...violations].join('; ');
}
