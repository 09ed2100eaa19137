/** Errors as RFC 9457 problems: what every refused or failed request answers. */

import { HttpException } from '@nestjs/common';
import { z } from 'zod';
import { catalogue, CrescendoError, type ErrorCode } from '../domain/errors.ts';

export const problemSchema = z
  .object({
    type: z.string().describe('`urn:crescendo:error:` and the code'),
    title: z.string().describe('What kind of problem; the same for the same code'),
    status: z.int(),
    detail: z.string().describe('What happened, with names and numbers'),
    code: z.enum(Object.keys(catalogue) as [ErrorCode, ...ErrorCode[]]),
    advice: z.string().describe('What to do next'),
    retryable: z.boolean().describe('Whether the same request may succeed later by itself'),
    instance: z.string().describe('Id of the request, for the server log'),
    errors: z.array(
      z.object({
        path: z.string(),
        message: z.string(),
        line: z.int().optional(),
        column: z.int().optional(),
      }),
    ),
  })
  .meta({ id: 'Problem' });

export type Problem = z.infer<typeof problemSchema>;

/** The problem of any error; what is not ours is `internal` and keeps its message to the log. */
export function problemOf(error: unknown, instance: string): Problem {
  const known = asCrescendoError(error);
  const { title, advice, retryable, status } = known.entry;
  return {
    type: `urn:crescendo:error:${known.code}`,
    title,
    status: statusOf(error) ?? status,
    detail: known.message,
    code: known.code,
    advice,
    retryable,
    instance,
    errors: known.fields,
  };
}

function asCrescendoError(error: unknown): CrescendoError {
  if (error instanceof CrescendoError) return error;
  const status = statusOf(error);
  if (status === undefined)
    return new CrescendoError('internal', 'an unexpected error; it is in the log');
  const code =
    status === 404 ? 'not_found' : status === 401 ? 'unauthenticated' : 'request_invalid';
  return new CrescendoError(code, (error as HttpException).message);
}

/** Frameworks refuse with 400, 403, 404, 413 and 415; their 5xx are ours to explain. */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof HttpException)) return undefined;
  const status = error.getStatus();
  return status >= 400 && status < 500 ? status : undefined;
}
