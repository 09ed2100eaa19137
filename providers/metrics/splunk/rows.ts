/** Results of a search as rows: which field is a time, which a label, and which a number. */

import { pointsOfBuckets, type Buckets } from '../buckets.ts';
import { toNumber, toTime } from '../plain-values.ts';
import type { Row } from '../rows.ts';
import type { Line, Result } from './schema.ts';

const units: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The largest `span=` of a search, in milliseconds; 0 when there is none. */
export function spanMs(search: string): number {
  const found = [...search.matchAll(/\bspan\s*=\s*"?(\d+)([smhd])/gi)];
  const spans = found.map(([, count, unit = 's']) => Number(count) * units[unit.toLowerCase()]!);
  return Math.max(0, ...spans);
}

/**
 * Rows of an export. Rows with `_time` are buckets, and count when they ended within the range; a
 * row without it is of the whole range. A sentence when that would be a sum over many intervals.
 */
export function readRows(lines: readonly Line[], search: string, buckets: Buckets): Row[] | string {
  const labels = fieldsAfterBy(search);
  const rows: Row[] = [];
  for (const line of lines) {
    if (!('preview' in line) || line.preview || !line.result) continue;
    const start = toTime(line.result['_time']);
    if (start === undefined && buckets.to - buckets.from > 2 * buckets.size) {
      return 'the search gives one value for the whole range: for a history it needs `timechart span={{interval}}` or `bin _time span={{interval}}`';
    }
    const size = spanOf(line.result) ?? spanMs(search);
    if (start !== undefined && pointsOfBuckets([[start, 0]], size, buckets).length === 0) continue;
    rows.push({
      time: start === undefined ? buckets.to : start + size,
      ...fieldsOf(line.result, labels),
    });
  }
  return rows;
}

/** Seconds that Splunk itself reports beside rows of a timechart. */
function spanOf(result: Result): number | undefined {
  const span = toNumber(result['_span']);
  return span !== undefined && Number.isFinite(span) ? span * 1000 : undefined;
}

/** Fields named after `by` are labels though they look like numbers (`status`); so is all text. */
function fieldsOf(result: Result, labelNames: ReadonlySet<string>): Omit<Row, 'time'> {
  const labels: Row['labels'] = {};
  const values: Row['values'] = {};
  for (const [name, value] of Object.entries(result)) {
    if (name.startsWith('_')) continue;
    const number = labelNames.has(name) ? undefined : numberOf(value);
    if (number === undefined) labels[name] = Array.isArray(value) ? value.join(',') : String(value);
    else values[name] = number;
  }
  return { labels, values };
}

/** A number, or null for a value that is not known: Splunk has empty text for those. */
function numberOf(value: unknown): number | null | undefined {
  if (value === '' || value === null) return null;
  return toNumber(value);
}

function fieldsAfterBy(search: string): ReadonlySet<string> {
  const clauses = [...search.matchAll(/\bby\s+([^|\]]+)/gi)].map(([, fields = '']) => fields);
  const names = clauses.flatMap((fields) => fields.split(/[\s,]+/));
  return new Set(names.map((name) => name.replaceAll(/^"|"$/g, '')));
}
