/** InfluxQL: one SELECT by way of /query, as InfluxDB 1 and what is compatible with it answer. */

import { CrescendoError } from '../../../domain/errors.ts';
import type { HttpAnswer } from '../../http.ts';
import { failure, notItsFormat, parseJson, pointsOrNone, shorten, wrongQuery } from '../answers.ts';
import type { MetricAnswer, MetricQuery, Series } from '../contract.ts';
import { toNumber } from '../plain-values.ts';
import { thin } from '../range.ts';
import { influxqlAnswerSchema, type Connection, type InfluxSeries } from './schema.ts';

/** What passes by itself, among errors that come with status 200. */
const passing = /timeout|exceeded|interrupted|unavailable|shutting down/i;

/**
 * The form that asks. /query also drops and writes, so that only one plain SELECT is let through.
 * @throws CrescendoError settings_invalid
 */
export function influxqlForm(text: string, connection: Connection): URLSearchParams {
  const query = text.trim().replace(/[\s;]+$/, '');
  if (!/^select\s/i.test(query) || query.includes(';') || /\binto\b/i.test(query)) {
    const message = 'the query must be one SELECT without INTO and without semicolons';
    throw new CrescendoError('settings_invalid', message);
  }
  const form = new URLSearchParams({ q: query, db: connection.database ?? '', epoch: 'ms' });
  if (connection.retentionPolicy !== undefined) form.set('rp', connection.retentionPolicy);
  return form;
}

export function readInfluxql(answer: HttpAnswer, query: MetricQuery): MetricAnswer {
  const said = influxqlAnswerSchema.safeParse(parseJson(answer.text)).data;
  if (answer.status < 200 || answer.status > 299) {
    return failure('InfluxDB', answer, shorten(said && 'error' in said ? said.error : answer.text));
  }
  if (!said) return notItsFormat('InfluxDB', answer);
  if ('error' in said) return failed(answer, said.error);
  const error = said.results.find((result) => result.error !== undefined)?.error;
  if (error !== undefined) return failed(answer, error);
  const all = said.results.flatMap(({ series }) => series);
  if ([...said.results, ...all].some(({ partial }) => partial)) {
    return wrongQuery('InfluxDB has more rows than it may send: group by a longer time');
  }
  const series = all.map((one) => toSeries(one, query));
  const text = series.find((one) => typeof one === 'string');
  return typeof text === 'string' ? wrongQuery(text) : pointsOrNone(series.flat() as Series[]);
}

function failed(answer: HttpAnswer, error: string): MetricAnswer {
  return failure('InfluxDB', answer, shorten(error), passing.test(error));
}

/** A series per column; several columns are told apart by the label `field`. */
function toSeries({ tags, columns, values }: InfluxSeries, query: MetricQuery): Series[] | string {
  const time = columns.indexOf('time');
  if (time < 0) return 'the query must give points with their time';
  const fields = columns.filter((_name, index) => index !== time);
  const all: Series[] = [];
  for (const field of fields) {
    const index = columns.indexOf(field);
    const points = values.map((row): [number, number | undefined] => [
      Number(row[time]),
      toNumber(row[index]),
    ]);
    if (points.some(([, value]) => value === undefined)) return `column "${field}" is no number`;
    const labels = fields.length === 1 ? tags : { ...tags, field };
    all.push(thin({ labels, points: points as Series['points'] }, query));
  }
  return all;
}
