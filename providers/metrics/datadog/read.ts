/** What both of Datadog's interfaces have in common: refusals, tags, and buckets set in the query. */

import type { z } from 'zod';
import type { HttpAnswer } from '../../http.ts';
import { readBody } from '../answers.ts';
import { errorsSchema } from './schema.ts';

/** As `readBody`, with Datadog's own sentence and its own header for how long to wait. */
export function readDatadog<T>(answer: HttpAnswer, schema: z.ZodType<T>) {
  const read = readBody('Datadog', answer, schema, (body) => {
    return errorsSchema.safeParse(body).data?.errors.join('; ');
  });
  // Absent and empty are no wait: `Number(null)` would be 0.
  const reset = Number(answer.headers.get('x-ratelimit-reset') ?? NaN);
  if ('said' in read || answer.status !== 429 || !Number.isFinite(reset)) return read;
  return { failed: { retryAfterMs: reset * 1000, ...read.failed } };
}

/** `['env:prod', 'canary']` as labels; a tag without a value has an empty one. */
export function labelsOf(tags: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    tags.map((tag) => {
      const [name = '', ...value] = tag.split(':');
      return [name, value.join(':')];
    }),
  );
}

/** The largest bucket, in milliseconds, that the query itself asks for by `.rollup(sum, 60)`; else 0. */
export function rollupMs(query: string): number {
  const found = [...query.matchAll(/\.rollup\(\s*(?:\w+\s*,\s*)?(\d+)\s*\)/g)];
  return Math.max(0, ...found.map(([, seconds]) => Number(seconds) * 1000));
}
