/** Graphite: one target, rendered as JSON over a range of time. */

import { authorization } from '../../authorization.ts';
import type { CallContext } from '../../call.ts';
import type { HttpAnswer } from '../../http.ts';
import { joinUrl } from '../../http-settings.ts';
import type { Vendor } from '../../shelf.ts';
import { answering, failure, notItsFormat, parseJson, pointsOrNone, shorten } from '../answers.ts';
import type { MetricAnswer, MetricProvider, MetricQuery, Series } from '../contract.ts';
import { askByForm } from '../form.ts';
import { fillRange, thin, wholeStep } from '../range.ts';
import { answerSchema, connectionSchema, settingsSchema } from './schema.ts';
import type { Answer, Connection, Settings } from './schema.ts';

export const graphite: Vendor<Settings, Connection, MetricProvider> = {
  name: 'graphite',
  settings: settingsSchema,
  connection: connectionSchema,
  create: (_settings, connection) => ({
    cumulative: false,
    query: (query, context) =>
      answering(context, async () => readAnswer(await ask(query, connection, context), query)),
  }),
};

function ask(query: MetricQuery, connection: Connection, { signal }: CallContext) {
  const target = fillRange(query).trim();
  const form = new URLSearchParams({ target, format: 'json', ...rangeOf(query) });
  const headers = { ...connection.headers, ...authorization(connection) };
  const { timeoutMs } = connection;
  return askByForm(joinUrl(connection.url, '/render'), form, { headers, signal, timeoutMs });
}

/** Whole seconds, and never the same one: Graphite refuses a range without length. */
function rangeOf(query: MetricQuery): { from: string; until: string } {
  const until = Math.floor(query.to / 1000);
  const begin = query.from === query.to ? query.to - wholeStep(query) : query.from;
  const from = Math.min(Math.floor(begin / 1000), until - 1);
  return { from: String(from), until: String(until) };
}

function readAnswer(answer: HttpAnswer, query: MetricQuery): MetricAnswer {
  if (answer.status < 200 || answer.status > 299) {
    return failure('Graphite', answer, shorten(answer.text));
  }
  const said = answerSchema.safeParse(parseJson(answer.text)).data;
  if (!said) return notItsFormat('Graphite', answer);
  return pointsOrNone(said.map((one) => thin(toSeries(one), query)));
}

function toSeries({ target, tags, datapoints }: Answer[number]): Series {
  const points = datapoints.map(([value, time]): [number, number] => [time * 1000, value ?? NaN]);
  return { labels: { ...tags, target }, points };
}
