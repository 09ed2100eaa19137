/** Outgoing HTTP for providers: time limit, size limit, cancellation, errors from the catalogue. */

import { CrescendoError } from '../domain/errors.ts';

export interface HttpRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  headers?: Record<string, string>;
  body?: string;
  signal: AbortSignal;
  /** Milliseconds until the call is given up; 10,000 by default. */
  timeoutMs?: number;
  /** Bytes of answer that are read at most; 10 MB by default. */
  maxBytes?: number;
  /** What a redirect is: `follow` (for reading; the default), or an answer like any other. */
  redirect?: 'follow' | 'manual';
}

export interface HttpAnswer {
  status: number;
  headers: Headers;
  text: string;
}

/**
 * One request, any status.
 * @throws CrescendoError provider_unavailable when there is no complete answer in time
 */
export async function request(url: string, options: HttpRequest): Promise<HttpAnswer> {
  const timeout = AbortSignal.timeout(options.timeoutMs ?? 10_000);
  try {
    const response = await fetch(url, {
      method: options.method ?? 'GET',
      headers: options.headers ?? {},
      body: options.body ?? null,
      redirect: options.redirect ?? 'follow',
      signal: AbortSignal.any([options.signal, timeout]),
    });
    const text = await readBounded(response, options.maxBytes ?? 10_000_000);
    return { status: response.status, headers: response.headers, text };
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof CrescendoError) throw error;
    const reason = timeout.aborted ? 'no answer in time' : describeNetworkError(error);
    throw new CrescendoError('provider_unavailable', `${origin(url)}: ${reason}`, [], error);
  }
}

/**
 * One request that must succeed (2xx).
 * @throws CrescendoError provider_unavailable (network, 408, 429, 5xx) | provider_refused (others)
 */
export async function requestOk(url: string, options: HttpRequest): Promise<HttpAnswer> {
  const answer = await request(url, options);
  if (answer.status >= 200 && answer.status < 300) return answer;
  const message = `${origin(url)} answered ${answer.status}: ${answer.text.slice(0, 300).trim()}`;
  throw new CrescendoError(
    mayPass(answer.status) ? 'provider_unavailable' : 'provider_refused',
    message,
  );
}

/** True for statuses that may pass without anybody changing anything: 408, 429, 5xx. */
export function mayPass(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** Milliseconds from a Retry-After header (seconds or a date); undefined when there is none. */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

async function readBounded(response: Response, maxBytes: number): Promise<string> {
  if (!response.body) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      const message = `${origin(response.url)} sent more than ${maxBytes} bytes`;
      throw new CrescendoError('provider_refused', message);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Scheme, host and port: paths and queries may hold secrets. */
function origin(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'invalid URL';
}

function describeNetworkError(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  // The message itself may repeat a header, and with it a secret.
  return code ?? (error instanceof Error ? error.name : 'failed');
}
