/** Requests to the API, on record as who is acting; every failure is a ProblemError. */

import { learnTime } from './clock.ts';
import { ProblemError, readProblem, unreachable } from './problem.ts';
import { refuse, session } from './session.ts';

export const apiBase = '/api/v1';

/** The server gives up on Temporal after ten seconds, and says so. */
const patience = 20_000;

interface Sent {
  method?: 'GET' | 'POST';
  body?: object;
  /** The same for every repetition of one decision. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

/** The answer of `path` (below /api/v1), parsed. */
export async function request<Answer>(path: string, sent: Sent = {}): Promise<Answer> {
  const limit = AbortSignal.timeout(patience);
  const signal = sent.signal ? AbortSignal.any([sent.signal, limit]) : limit;
  const headers: Record<string, string> = { accept: 'application/json' };
  if (sent.body) headers['content-type'] = 'application/json';
  if (sent.idempotencyKey) headers['idempotency-key'] = sent.idempotencyKey;
  const body = sent.body ? { body: JSON.stringify(sent.body) } : {};
  const response = await open(path, { method: sent.method ?? 'GET', headers, signal, ...body });
  try {
    return (await response.json()) as Answer;
  } catch (error) {
    throw failure(error, sent.signal);
  }
}

/** An answer that is not an error; its body is still to be read. */
export async function open(path: string, init: RequestInit): Promise<Response> {
  const headers = { ...identity(), ...(init.headers as Record<string, string>) };
  let response: Response;
  try {
    response = await fetch(`${apiBase}${path}`, { ...init, headers, cache: 'no-store' });
  } catch (error) {
    throw failure(error, init.signal);
  }
  learnTime(response.headers.get('date'));
  if (response.ok) {
    refuse(null);
    return response;
  }
  const problem = readProblem(response.status, await response.text().catch(() => ''));
  if (problem.status === 401) refuse(problem);
  throw new ProblemError(problem);
}

/** Unique per decision. Not `randomUUID`, which browsers keep from pages without TLS. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function identity(): Record<string, string> {
  const { token, actor } = session();
  return {
    'x-crescendo-channel': 'web',
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(actor === null ? {} : { 'x-crescendo-actor': actor }),
  };
}

/** What was called off stays what it is; only the rest is told to people. */
function failure(error: unknown, signal: AbortSignal | null | undefined): unknown {
  const calledOff = signal?.aborted === true && !isTimeout(error);
  if (calledOff) return error;
  const late = `no answer within ${patience / 1000} s`;
  return new ProblemError(unreachable(isTimeout(error) ? late : 'the connection failed'));
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError';
}
