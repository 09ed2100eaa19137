/** What metric providers make of an HTTP answer, whatever the vendor: points, no data, or an error. */

import type { z } from 'zod';
import { CrescendoError } from '../../domain/errors.ts';
import type { CallContext } from '../call.ts';
import { mayPass, retryAfterMs, type HttpAnswer } from '../http.ts';
import type { MetricAnswer, Series } from './contract.ts';

type Failure = Extract<MetricAnswer, { kind: 'error' }>;

/** What an answer says, or the error to return. */
export type Read<T> = { said: T } | { failed: Failure };

/** Runs `work` with network trouble returned as data; only a cancelled call throws. */
export async function answering(
  { signal }: CallContext,
  work: () => Promise<MetricAnswer>,
): Promise<MetricAnswer> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof CrescendoError)) throw error;
    return { kind: 'error', detail: error.message, retryable: error.retryable };
  }
}

/** An answer that says no, with the wait it asks for when a retry may help. */
export function failure(
  vendor: string,
  answer: HttpAnswer,
  text: string,
  retryable = mayPass(answer.status),
): Failure {
  const wait = retryAfterMs(answer.headers, Date.now());
  const detail = `${vendor} answered ${answer.status}: ${text}`;
  const error: Failure = { kind: 'error', detail, retryable };
  return retryable && wait !== undefined ? { ...error, retryAfterMs: wait } : error;
}

/** A query that stays wrong however often it is asked. */
export function wrongQuery(detail: string): Failure {
  return { kind: 'error', detail, retryable: false };
}

/**
 * The body of a successful answer as `schema` describes it; otherwise the error to return. `explain`
 * finds the vendor's own sentence in the body of a refusal.
 */
export function readBody<T>(
  vendor: string,
  answer: HttpAnswer,
  schema: z.ZodType<T>,
  explain: (body: unknown) => string | undefined = () => undefined,
): Read<T> {
  const body = parseJson(answer.text);
  if (answer.status < 200 || answer.status > 299) {
    return { failed: failure(vendor, answer, explain(body) ?? shorten(answer.text)) };
  }
  const parsed = schema.safeParse(body);
  return parsed.success ? { said: parsed.data } : { failed: notItsFormat(vendor, answer) };
}

/** Most often a login or maintenance page in between: nothing is known about the query. */
export function notItsFormat(vendor: string, answer: HttpAnswer): Failure {
  return failure(vendor, answer, `not its format: ${shorten(answer.text)}`, true);
}

/** The series that have points; when none has, `said` (warnings, if any) goes into the sentence. */
export function pointsOrNone(all: readonly Series[], said = ''): MetricAnswer {
  const series = all.filter((one) => one.points.length > 0);
  if (series.length > 0) return { kind: 'points', series };
  const why = all.length === 0 ? 'no series match the query' : 'all values are NaN or infinite';
  return { kind: 'noData', detail: said === '' ? why : `${why} (${said})` };
}

/** What JSON says, or undefined when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** As much of a text as a sentence can hold. */
export function shorten(text: string): string {
  return text.slice(0, 300).trim() || 'nothing';
}
