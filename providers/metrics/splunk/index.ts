/** Splunk Enterprise and Splunk Cloud: searches in SPL, through the export endpoint. */

import { authorization } from '../../authorization.ts';
import type { CallContext } from '../../call.ts';
import { request, type HttpAnswer } from '../../http.ts';
import { joinUrl } from '../../http-settings.ts';
import type { Vendor } from '../../shelf.ts';
import {
  answering,
  failure,
  notItsFormat,
  parseJson,
  pointsOrNone,
  shorten,
  wrongQuery,
} from '../answers.ts';
import { noBucketEnded, wholeBuckets } from '../buckets.ts';
import type { MetricAnswer, MetricProvider, MetricQuery } from '../contract.ts';
import { seriesOfRows } from '../rows.ts';
import { readRows, spanMs } from './rows.ts';
import { connectionSchema, lineSchema, messagesSchema, settingsSchema } from './schema.ts';
import type { Connection, Line, Settings } from './schema.ts';

/** Splunk cuts longer exports of a timechart without a word. */
const maxPoints = 10_000;

export const splunk: Vendor<Settings, Connection, MetricProvider> = {
  name: 'splunk',
  settings: settingsSchema,
  connection: connectionSchema,
  create: (_settings, connection) => ({
    cumulative: false,
    query: (query, context) => answering(context, () => ask(query, connection, context)),
  }),
};

async function ask(
  query: MetricQuery,
  connection: Connection,
  { signal }: CallContext,
): Promise<MetricAnswer> {
  const { delayMs, timeoutMs } = connection;
  const step = Math.max(query.step, spanMs(query.query));
  const buckets = wholeBuckets({ ...query, step }, { unitMs: 1_000, delayMs, maxPoints });
  if (buckets.from >= buckets.to) return noBucketEnded(buckets.size);
  const form = new URLSearchParams({
    search: asSearch(query.query),
    earliest_time: String(buckets.from / 1000),
    latest_time: String(buckets.to / 1000),
    output_mode: 'json',
    preview: 'false',
    // A search peer that is down must not look like less traffic.
    allow_partial_results: 'false',
    auto_cancel: String(Math.ceil(timeoutMs / 1000)),
  });
  const headers = {
    ...authorization(connection),
    'content-type': 'application/x-www-form-urlencoded',
  };
  const body = form.toString();
  const answer = await request(exportUrl(connection), {
    method: 'POST',
    headers,
    body,
    signal,
    timeoutMs,
  });
  const lines = readLines(answer);
  if (!Array.isArray(lines)) return lines;
  const rows = readRows(lines, query.query, buckets);
  if (typeof rows === 'string') return wrongQuery(rows);
  const warnings = messagesOf(lines).map(({ text }) => text);
  const said = warnings.length > 0 ? `Splunk says: ${warnings.join('; ')}` : '';
  return pointsOrNone(seriesOfRows(rows), said);
}

function exportUrl({ url, app }: Connection): string {
  const space = app === undefined ? '/services' : `/servicesNS/nobody/${app}`;
  return joinUrl(url, `${space}/search/v2/jobs/export`);
}

/** The endpoint takes no search that begins with neither a command nor a pipe. */
function asSearch(query: string): string {
  const text = query.trim();
  return /^(?:\||search\s)/i.test(text) ? text : `search ${text}`;
}

/** Lines of the whole answer, or the error to return. */
function readLines(answer: HttpAnswer): Line[] | MetricAnswer {
  if (answer.status < 200 || answer.status > 299) {
    const said = messagesSchema.safeParse(parseJson(answer.text)).data?.messages;
    return failure(
      'Splunk',
      answer,
      said?.map(({ text }) => text).join('; ') ?? shorten(answer.text),
    );
  }
  const texts = answer.text.split('\n').filter((line) => line.trim() !== '');
  const lines: Line[] = [];
  for (const text of texts) {
    const line = lineSchema.safeParse(parseJson(text)).data;
    if (!line) return notItsFormat('Splunk', answer);
    lines.push(line);
  }
  const wrong = messagesOf(lines).filter(({ type }) => /^(?:FATAL|ERROR)$/i.test(type));
  // A search that cannot be understood is refused with 400: this one failed while it ran.
  if (wrong.length > 0) {
    return failure('Splunk', answer, wrong.map(({ text }) => text).join('; '), true);
  }
  // The last row says that it is; without it the search ended halfway.
  const complete = lines.some((line) => 'preview' in line && line.lastrow === true);
  return complete ? lines : notItsFormat('Splunk', answer);
}

function messagesOf(lines: readonly Line[]) {
  return lines.flatMap((line) => ('messages' in line ? line.messages : []));
}
