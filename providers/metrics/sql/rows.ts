/** From rows to series: one number, or columns `time` and `value` with the others as labels. */

import { types, type FieldDef } from 'pg';
import { wrongQuery } from '../answers.ts';
import type { MetricAnswer, MetricQuery, Series } from '../contract.ts';
import { tidy, toNumber, toTime } from '../plain-values.ts';
import { maxRows } from './statement.ts';

const { INT2, INT4, INT8, FLOAT4, FLOAT8, NUMERIC, TIMESTAMP, TIMESTAMPTZ, DATE, BOOL } =
  types.builtins;
const { TEXT, VARCHAR, BPCHAR } = types.builtins;
const numbers = new Set<number>([INT2, INT4, INT8, FLOAT4, FLOAT8, NUMERIC]);
const times = new Set<number>([TIMESTAMP, TIMESTAMPTZ, DATE]);
const texts = new Set<number>([TEXT, VARCHAR, BPCHAR]);
const truths = new Set<number>([BOOL]);

/** Rows as PostgreSQL wrote them: every cell its text, or null. */
export type Row = (string | null)[];

interface Columns {
  value: number;
  /** -1: all values are of the end of the range. */
  time: number;
  labels: number[];
}

/** Numbers, no data, or an error that says which columns were expected. */
export function readRows(fields: FieldDef[], rows: Row[], query: MetricQuery): MetricAnswer {
  if (rows.length > maxRows) return wrongQuery(`the query gives more than ${maxRows} rows`);
  const columns = findColumns(fields);
  if (typeof columns === 'string') return wrongQuery(columns);
  const all = new Map<string, Series>();
  for (const row of rows) {
    const time = columns.time < 0 ? query.to : readTime(row[columns.time], fields[columns.time]!);
    if (time === undefined) return wrongQuery('column "time" holds something that is no time');
    const labels = labelsOf(fields, row, columns);
    const key = JSON.stringify(labels);
    const series = all.get(key) ?? { labels, points: [] };
    series.points.push([time, toNumber(row[columns.value]) ?? NaN]);
    all.set(key, series);
  }
  const repeated = columns.time < 0 && [...all.values()].find(({ points }) => points.length > 1);
  if (repeated) return wrongQuery(severalRows(repeated));
  return tidy([...all.values()], query);
}

/** Positions, or a sentence about what is wrong. */
function findColumns(fields: FieldDef[]): Columns | string {
  const names = fields.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return `two columns are called "${twice}"`;
  const value = fields.length === 1 ? 0 : names.indexOf('value');
  const got = `the columns are: ${names.join(', ')}`;
  if (value < 0) return `of several columns one must be called "value"; ${got}`;
  if (!numbers.has(fields[value]!.dataTypeID)) {
    return `column "${names[value]}" is no number: cast it, e.g. to double precision`;
  }
  const time = fields.length === 1 ? -1 : names.indexOf('time');
  const labels = names.map((_name, index) => index).filter((i) => i !== value && i !== time);
  return { value, time, labels };
}

function readTime(cell: string | null | undefined, field: FieldDef): number | undefined {
  if (cell == null) return undefined;
  if (!times.has(field.dataTypeID)) return texts.has(field.dataTypeID) ? undefined : toTime(cell);
  // The session's zone is UTC: `2026-11-25 08:00:00.123+00`, and `2026-11-25` of a date.
  const iso = cell.replace(/\+00$/, '').replace(' ', 'T');
  return toTime(iso.includes('T') ? iso : `${iso}T00:00:00`);
}

function labelsOf(fields: FieldDef[], row: Row, { labels }: Columns): Record<string, string> {
  const entries = labels.map((index): [string, string] => {
    const { name, dataTypeID } = fields[index]!;
    const cell = row[index] ?? '';
    return [name, truths.has(dataTypeID) ? String(cell === 't') : cell];
  });
  return Object.fromEntries(entries);
}

function severalRows({ labels }: Series): string {
  const of = Object.keys(labels).length === 0 ? '' : ` for ${JSON.stringify(labels)}`;
  return `the query gives several rows${of}: aggregate them, or add a column "time"`;
}
