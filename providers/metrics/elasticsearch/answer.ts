/** From an answer of Elasticsearch to numbers, provided that it is about all of the data. */

import type { z } from 'zod';
import type { HttpAnswer } from '../../http.ts';
import { failure, notItsFormat, parseJson, shorten, wrongQuery } from '../answers.ts';
import type { MetricAnswer, MetricQuery } from '../contract.ts';
import { select, selectionSchema } from '../json-path.ts';
import { readPlain } from '../plain-values.ts';
import { countSchema, errorSchema, esqlSchema, wholenessSchema, type Query } from './schema.ts';

const vendor = 'Elasticsearch';

export function readAnswer(answer: HttpAnswer, what: Query, query: MetricQuery): MetricAnswer {
  const json = parseJson(answer.text);
  const error = errorSchema.safeParse(json).data?.error;
  if (answer.status < 200 || answer.status > 299 || error !== undefined) {
    return failure(vendor, answer, shorten(error ?? answer.text));
  }
  const whole = wholenessSchema.safeParse(json).data;
  if (!whole) return notItsFormat(vendor, answer);
  const gap = gapIn(whole);
  if (gap !== undefined) return failure(vendor, answer, gap, true);
  if ('esql' in what) return readEsql(answer, json, query);
  // A search and a count always say how many shards they asked; other services' JSON does not.
  if (!whole._shards) return notItsFormat(vendor, answer);
  if (whole._shards.total === 0) return { kind: 'noData', detail: 'no index matches the pattern' };
  if ('search' in what) return select(json, what, query);
  const count = countSchema.safeParse(json).data;
  return count ? readPlain(count.count, query) : notItsFormat(vendor, answer);
}

/** Half the data is no evidence. */
function gapIn(whole: z.infer<typeof wholenessSchema>): string | undefined {
  const { _shards: shards, _clusters: clusters } = whole;
  if (whole.timed_out) return 'the search ran out of time and is not whole';
  if (shards && shards.failed > 0) {
    const [first] = shards.failures;
    const reason = first ? `: ${shorten(first.reason.reason)}` : '';
    return `${shards.failed} of ${shards.total} shards failed${reason}`;
  }
  if (clusters && clusters.skipped + clusters.partial + clusters.failed > 0) {
    return 'a remote cluster did not answer';
  }
  return whole.is_partial ? 'the answer is partial' : undefined;
}

/** Rows by the names of their columns, as of SQL: `value`, `time`, and labels. */
function readEsql(answer: HttpAnswer, json: unknown, query: MetricQuery): MetricAnswer {
  const table = esqlSchema.safeParse(json).data;
  if (!table) return notItsFormat(vendor, answer);
  const names = table.columns.map(({ name }) => name);
  const value = names.length === 1 ? names[0]! : 'value';
  if (!names.includes(value)) {
    const got = `the columns are: ${names.join(', ')}`;
    return wrongQuery(`of several columns one must be called "value"; ${got}`);
  }
  const time = value !== 'time' && names.includes('time') ? { time: pathTo('time') } : {};
  const labelled = names.filter((name) => name !== value && name !== 'time');
  const labels = Object.fromEntries(labelled.map((name) => [name, pathTo(name)]));
  const selection = { each: '$[*]', value: pathTo(value), ...time, labels };
  const rows = table.values.map((row) =>
    Object.fromEntries(
      // A group of documents without the field has the label "".
      names.map((name, index) => [name, row[index] ?? (labelled.includes(name) ? '' : null)]),
    ),
  );
  return select(rows, selectionSchema.parse(selection), query);
}

function pathTo(name: string): string {
  return `$[${JSON.stringify(name)}]`;
}
