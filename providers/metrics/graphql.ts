/** GraphQL over HTTP for metric providers: errors come with status 200, and beside data too. */

import { z } from 'zod';
import { request } from '../http.ts';
import { failure, parseJson, readBody, type Read } from './answers.ts';

export interface GraphqlRequest {
  /** For sentences, e.g. `New Relic`. */
  vendor: string;
  url: string;
  headers: Record<string, string>;
  query: string;
  variables: Record<string, unknown>;
  signal: AbortSignal;
  timeoutMs: number;
}

const errorSchema = z.object({
  message: z.string(),
  extensions: z.record(z.string(), z.unknown()).nullish(),
});
const refusalSchema = z.object({ errors: z.array(errorSchema).min(1) });
export type GraphqlError = z.infer<typeof errorSchema>;

/**
 * The field `data` of the answer as `schema` describes it. Any error fails the whole of it: half a
 * measurement is none. `passes` says of an error whether it may pass by itself.
 */
export async function askGraphql<T>(
  { vendor, url, headers, query, variables, signal, timeoutMs }: GraphqlRequest,
  schema: z.ZodType<T>,
  passes: (error: GraphqlError) => boolean,
): Promise<Read<T>> {
  const answer = await request(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
    signal,
    timeoutMs,
  });
  const errors = errorsIn(parseJson(answer.text));
  if (errors && answer.status === 200) {
    return { failed: failure(vendor, answer, sentence(errors), errors.every(passes)) };
  }
  const read = readBody(
    vendor,
    answer,
    z.object({ data: schema }),
    () => errors && sentence(errors),
  );
  return 'failed' in read ? read : { said: read.said.data };
}

function errorsIn(body: unknown): GraphqlError[] | undefined {
  return refusalSchema.safeParse(body).data?.errors;
}

function sentence(errors: GraphqlError[]): string {
  return errors.map(({ message }) => message).join('; ');
}
