/** Flux: a script by way of /api/v2/query, as InfluxDB 2 answers. */

import { mayPass, type HttpAnswer } from '../../http.ts';
import { failure, notItsFormat, pointsOrNone, shorten, wrongQuery } from '../answers.ts';
import type { MetricAnswer, MetricQuery, Series } from '../contract.ts';
import { toNumber, toTime } from '../plain-values.ts';
import { thin } from '../range.ts';
import { parseAnnotatedCsv, type FluxTable } from './csv.ts';

const numeric = new Set(['double', 'long', 'unsignedLong']);
/** Columns that are no labels, also where a table is grouped by them. */
const ownColumns = new Set(['result', 'table', '_start', '_stop', '_time', '_value']);

/** The body that asks for annotated CSV. */
export function fluxBody(query: string): string {
  const dialect = { header: true, delimiter: ',', annotations: ['datatype', 'group', 'default'] };
  return JSON.stringify({ query, type: 'flux', dialect });
}

export function readFlux(answer: HttpAnswer, query: MetricQuery): MetricAnswer {
  if (answer.status < 200 || answer.status > 299) {
    return failure('InfluxDB', answer, shorten(answer.text), mayPass(answer.status));
  }
  const tables = parseAnnotatedCsv(answer.text);
  if (!tables) return notItsFormat('InfluxDB', answer);
  const all = new Map<string, Series>();
  for (const table of tables) {
    // An error that came up after the status was sent is a table of its own.
    const error = table.rows[0]?.[table.columns.indexOf('error')];
    if (error) return failure('InfluxDB', answer, shorten(error), false);
    const problem = readTable(table, query, all);
    if (problem) return problem;
  }
  return pointsOrNone([...all.values()].map((one) => thin(one, query)));
}

/** Adds the table's points to `all`, by their labels. */
function readTable(
  table: FluxTable,
  query: MetricQuery,
  all: Map<string, Series>,
): MetricAnswer | null {
  const value = table.columns.indexOf('_value');
  if (value < 0) return wrongQuery('the answer has no column "_value"');
  if (!numeric.has(table.types[value]!)) return wrongQuery('the column "_value" is no number');
  const time = table.columns.indexOf('_time');
  for (const row of table.rows) {
    const at = time < 0 ? query.to : toTime(row[time]);
    const number = row[value] === '' ? NaN : toNumber(row[value]);
    if (at === undefined || number === undefined) {
      return wrongQuery(`a row lacks its time or its number: ${shorten(row.join(','))}`);
    }
    const labels = labelsOf(table, row);
    const key = JSON.stringify(labels);
    const series = all.get(key) ?? { labels, points: [] };
    series.points.push([at, number]);
    all.set(key, series);
  }
  return null;
}

function labelsOf({ columns, grouped }: FluxTable, row: string[]): Record<string, string> {
  const labels: Record<string, string> = {};
  columns.forEach((column, index) => {
    if (grouped[index] && !ownColumns.has(column)) labels[column] = row[index] ?? '';
  });
  // A script with several yields gives each a name.
  const result = row[columns.indexOf('result')];
  return result && result !== '_result' ? { ...labels, result } : labels;
}
