/** Wavefront (VMware Aria Operations for Applications): queries in WQL, at seconds or coarser. */

import type { CallContext } from '../../call.ts';
import { request } from '../../http.ts';
import { joinUrl } from '../../http-settings.ts';
import type { Vendor } from '../../shelf.ts';
import { answering, failure, notItsFormat, pointsOrNone, readBody } from '../answers.ts';
import { noBucketEnded, pointsOfBuckets, wholeBuckets, type Buckets } from '../buckets.ts';
import type { MetricAnswer, MetricProvider, MetricQuery, Series } from '../contract.ts';
import { thin } from '../range.ts';
import { answerSchema, connectionSchema, settingsSchema } from './schema.ts';
import type { Answer, Connection, Settings } from './schema.ts';

const units: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** Beyond this many points Wavefront makes a series coarser. */
const maxPoints = 3_600;

export const wavefront: Vendor<Settings, Connection, MetricProvider> = {
  name: 'wavefront',
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
  const [name, unitMs] = granularity(query);
  const size = Math.max(unitMs, alignMs(query.query));
  const buckets = wholeBuckets({ ...query, step: size }, { unitMs: size, delayMs, maxPoints });
  if (buckets.from >= buckets.to) return noBucketEnded(buckets.size);
  const parameters = new URLSearchParams({
    q: query.query,
    s: String(buckets.from),
    e: String(buckets.to),
    g: name,
    // No points from outside the range, and no series that have only such.
    strict: 'true',
    i: 'false',
    summarization: 'MEAN',
    p: String(maxPoints),
  });
  const path = `/api/v2/chart/api?${parameters.toString()}`;
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
  const answer = await request(joinUrl(url, path), { headers, signal, timeoutMs });
  const read = readBody('Wavefront', answer, answerSchema, explain);
  if ('failed' in read) return read.failed;
  const { errorType, errorMessage, warnings, timeseries } = read.said;
  if (errorType) {
    const passing = !/syntax|invalid|parse|permission|access|denied/i.test(errorType);
    return failure('Wavefront', answer, `${errorType}: ${errorMessage ?? ''}`, passing);
  }
  // An answer without series still repeats the query; anything else is not Wavefront.
  if (!timeseries && read.said.query == null) return notItsFormat('Wavefront', answer);
  const series = toSeries(timeseries ?? [], buckets).map((one) =>
    thin(one, { ...buckets, step: query.step }),
  );
  return pointsOrNone(series, warnings ? `Wavefront warns: ${warnings}` : '');
}

/** The coarsest granularity that still has a point at every step. */
function granularity({ step }: MetricQuery): [name: string, ms: number] {
  if (step >= 3_600_000 && step % 3_600_000 < 1_000) return ['h', 3_600_000];
  if (step >= 60_000 && step % 60_000 < 1_000) return ['m', 60_000];
  return ['s', 1_000];
}

/** The size of buckets that the query itself makes: `align(10s, sum, …)`; 0 when it makes none. */
function alignMs(query: string): number {
  const found = [...query.matchAll(/\balign\(\s*(\d+)([smhd])\b/g)];
  return Math.max(0, ...found.map(([, count, unit = 's']) => Number(count) * units[unit]!));
}

function toSeries(timeseries: NonNullable<Answer['timeseries']>, buckets: Buckets): Series[] {
  return timeseries.map(({ label, host, tags, data }) => {
    const named: Series['labels'] = { ...tags };
    if (label) named['label'] = label;
    if (host) named['source'] = host;
    const samples = data.map(([time, value]) => [time * 1000, value] as const);
    return { labels: named, points: pointsOfBuckets(samples, buckets.size, buckets) };
  });
}

/** Refusals come as `{ status: { message } }`, or as an answer with an error in it. */
function explain(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { status, errorMessage, message } = body as Record<string, unknown>;
  const inner = typeof status === 'object' && status !== null ? status : {};
  const said = 'message' in inner ? inner.message : (errorMessage ?? message);
  return typeof said === 'string' && said !== '' ? said : undefined;
}
