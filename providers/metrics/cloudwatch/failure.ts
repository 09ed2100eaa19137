/** What an error of the AWS SDK means: whether it passes, and how long it asks us to wait. */

import { ZodError } from 'zod';
import { mayPass, retryAfterMs } from '../../http.ts';
import { shorten } from '../answers.ts';
import type { MetricAnswer } from '../contract.ts';

/** Codes that come with 400 and pass all the same. */
const passing = /throttl|LimitExceeded|TooManyRequests|InternalService|ServiceUnavailable|Timeout/i;

/** The part of an SDK error that we read. */
interface SdkError extends Error {
  $metadata?: { httpStatusCode?: number };
  $response?: { statusCode?: number; headers?: Record<string, string> };
  code?: string;
}

export function failed(error: unknown, timedOut: boolean): MetricAnswer {
  if (timedOut) return failure('no answer in time', true);
  if (error instanceof ZodError) return failure('not its format', true);
  if (!(error instanceof Error)) return failure(String(error), true);
  const { $metadata, $response, name, message, code } = error as SdkError;
  const status = $metadata?.httpStatusCode ?? $response?.statusCode;
  // Nothing to log in with does not come by itself.
  if (name === 'CredentialsProviderError') return failure(message, false);
  if (status === undefined) return failure(code ?? name, true);
  if (status >= 200 && status <= 299) return failure(`${status}, not its format`, true);
  const answer = failure(`${status}: ${name}: ${message}`, mayPass(status) || passing.test(name));
  const wait = retryAfterMs(new Headers($response?.headers ?? {}), Date.now());
  return answer.retryable && wait !== undefined ? { ...answer, retryAfterMs: wait } : answer;
}

function failure(text: string, retryable: boolean): Extract<MetricAnswer, { kind: 'error' }> {
  return { kind: 'error', detail: `CloudWatch answered ${shorten(text)}`, retryable };
}
