/** Series from plain JSON: a number, a list of numbers, points with their times, or labelled series. */

import { z } from 'zod';
import type { MetricAnswer, MetricQuery, Series } from './contract.ts';
import { pointsOrNone, shorten, wrongQuery } from './answers.ts';
import { thin, within } from './range.ts';

const notANumber = new Set(['nan', 'inf', '+inf', '-inf', 'infinity', '+infinity', '-infinity']);

/** What a number looks like: 0.5, "0.5", and null or "NaN" for one that is not known. */
export function toNumber(value: unknown): number | undefined {
  if (value === null) return NaN;
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (notANumber.has(text.toLowerCase())) return NaN;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

/** Epoch milliseconds from ISO 8601, milliseconds or, below 10^11 (the year 5138), seconds. */
export function toTime(value: unknown): number | undefined {
  const number = toNumber(value);
  if (number !== undefined) {
    if (!Number.isFinite(number)) return undefined;
    return Math.round(Math.abs(number) < 1e11 ? number * 1000 : number);
  }
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT/.test(value)) return undefined;
  // Without a zone it would be read in the worker's own.
  const time = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(value) ? value : `${value}Z`);
  return Number.isNaN(time) ? undefined : time;
}

const numberSchema = z.unknown().transform((value, context) => {
  const number = toNumber(value);
  if (number !== undefined) return number;
  context.addIssue({ code: 'custom', message: 'must be a number' });
  return z.NEVER;
});
const timeSchema = z.unknown().transform((value, context) => {
  const time = toTime(value);
  if (time !== undefined) return time;
  context.addIssue({ code: 'custom', message: 'must be a time' });
  return z.NEVER;
});
export const labelSchema = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const pointsSchema = z.array(z.tuple([timeSchema, numberSchema]));
const labelsSchema = z.record(z.string(), labelSchema).default({});
const seriesSchema = z.union([
  z.object({ labels: labelsSchema, points: pointsSchema }),
  z.object({ labels: labelsSchema, value: numberSchema }),
]);

/** The answer that a plain value is; anything else is an error that quotes it. */
export function readPlain(value: unknown, query: MetricQuery): MetricAnswer {
  const series = seriesOf(value, query);
  if (!series) return wrongQuery(`neither a number nor a series: ${shorten(quote(value))}`);
  return tidy(series, query);
}

/** Inside the range, in time order, at the wished distance; or the reason why nothing is left. */
export function tidy(all: readonly Series[], query: MetricQuery): MetricAnswer {
  const inside = all.map((one) => within(one, query));
  const outside = all.some((one, index) => one.points.length > inside[index]!.points.length);
  const series = inside.map((one) => thin(one, query));
  return pointsOrNone(series, outside ? 'points outside the time range were left out' : '');
}

function seriesOf(value: unknown, query: MetricQuery): Series[] | null {
  const number = toNumber(value);
  if (number !== undefined) return [{ labels: {}, points: [[query.to, number]] }];
  if (!Array.isArray(value)) return labelled([value], query);
  const numbers = z.array(numberSchema).safeParse(value).data;
  if (numbers) return numbers.length === 0 ? [] : [{ labels: {}, points: spread(numbers, query) }];
  const points = pointsSchema.safeParse(value).data;
  return points ? [{ labels: {}, points }] : labelled(value, query);
}

/** A list of numbers has no times: the last is of the end of the range, the others a step apart. */
function spread(numbers: number[], { to, step }: MetricQuery): Series['points'] {
  return numbers.map((value, index) => [to - (numbers.length - 1 - index) * step, value]);
}

function labelled(values: unknown[], { to }: MetricQuery): Series[] | null {
  const all = z.array(seriesSchema).safeParse(values).data;
  if (!all) return null;
  return all.map((one) => ({
    labels: one.labels,
    points: 'points' in one ? one.points : [[to, one.value]],
  }));
}

function quote(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
