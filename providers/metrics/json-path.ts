/** JSONPath (RFC 9535) in queries: which values of a JSON answer are the metric. */

import { jsonpath } from 'json-p3';
import { z } from 'zod';
import { pointsOrNone, shorten, wrongQuery } from './answers.ts';
import type { MetricAnswer, MetricQuery, Series } from './contract.ts';
import { labelSchema, readPlain, tidy, toNumber, toTime } from './plain-values.ts';

/** More values than this are no metric, but a path that is too wide. */
const maxFound = 20_000;

// The language has no code to execute. Its regular expressions are left out: one that backtracks
// would stop the whole worker.
const environment = new jsonpath.JSONPathEnvironment();
environment.functionRegister.delete('match');
environment.functionRegister.delete('search');

type Path = (value: unknown) => unknown[];

/** A path, compiled: it gives the values it finds. */
export const pathSchema = z
  .string()
  .max(1_000)
  .transform((text, context): Path => {
    try {
      const path = environment.compile(text);
      return (value) => collect(path, value);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      context.addIssue({ code: 'custom', message: `is not JSONPath like $.data.rate: ${reason}` });
      return z.NEVER;
    }
  });

/** The fields of a query that say what to read from the answer. */
export const selectFields = {
  /** The value, or with `each` the value of one element. */
  value: pathSchema.prefault('$'),
  /** The elements of a list; `value`, `time` and `labels` are then looked up from each of them. */
  each: pathSchema.optional(),
  /** When an element was measured: ISO 8601, epoch milliseconds or seconds. */
  time: pathSchema.optional(),
  /** Elements with the same labels are one series. */
  labels: z.record(z.string(), pathSchema).optional(),
};
export const selectionSchema = z.object(selectFields);
export type Selection = z.infer<typeof selectionSchema>;

/** For `.refine(...)`: `time` and `labels` are of elements. */
export const eachNeeded = [
  ({ each, time, labels }: Selection) => each !== undefined || (!time && !labels),
  { message: 'is needed where there is `time` or `labels`', path: ['each'] },
] as const satisfies [(selection: Selection) => boolean, { message: string; path: string[] }];

/** What the selection finds in a JSON answer. */
export function select(answer: unknown, selection: Selection, query: MetricQuery): MetricAnswer {
  try {
    if (selection.each) return readElements(selection.each(answer), selection, query);
    const found = selection.value(answer);
    if (found.length === 0) return pointsOrNone([], 'the JSONPath finds nothing in the answer');
    return readPlain(found.length === 1 ? found[0] : found, query);
  } catch (error) {
    if (error instanceof jsonpath.JSONPathRecursionLimitError || error instanceof RangeError) {
      return wrongQuery(`the JSONPath cannot be followed: ${error.message}`);
    }
    throw error;
  }
}

function readElements(elements: unknown[], selection: Selection, query: MetricQuery): MetricAnswer {
  const all = new Map<string, Series>();
  for (const element of elements) {
    const point = readPoint(element, selection, query);
    const labels = readLabels(element, selection);
    if (!point || !labels) {
      return wrongQuery(`an element lacks a time, a number or a label: ${quote(element)}`);
    }
    const key = JSON.stringify(labels);
    const series = all.get(key) ?? { labels, points: [] };
    series.points.push(point);
    all.set(key, series);
  }
  return tidy([...all.values()], query);
}

/** An element without the value has none, as an average over nothing; its time must be there. */
function readPoint(element: unknown, { value, time }: Selection, query: MetricQuery) {
  const [found = null] = value(element);
  const number = toNumber(found);
  const at = time ? toTime(time(element)[0]) : query.to;
  return number === undefined || at === undefined ? null : ([at, number] as [number, number]);
}

function readLabels(element: unknown, { labels = {} }: Selection): Record<string, string> | null {
  const entries = Object.entries(labels).map(([name, path]) => [name, path(element)[0]]);
  return z.record(z.string(), labelSchema).safeParse(Object.fromEntries(entries)).data ?? null;
}

function collect(path: jsonpath.JSONPathQuery, value: unknown): unknown[] {
  const found: unknown[] = [];
  for (const node of path.lazyQuery(value as Parameters<typeof path.lazyQuery>[0])) {
    if (found.length >= maxFound) throw new RangeError(`it finds more than ${maxFound} values`);
    found.push(node.value);
  }
  return found;
}

function quote(value: unknown): string {
  return shorten(JSON.stringify(value) ?? String(value));
}
