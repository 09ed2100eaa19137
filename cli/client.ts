/** The HTTP client: requests to the server, and its problems as failures that say what helps. */

import { randomUUID } from 'node:crypto';
import type { FieldError } from '../domain/errors.ts';
import { exitCodeFor, exitCodes } from './exit-codes.ts';
import { Failure } from './failure.ts';
import type { Settings } from './settings.ts';

export interface RequestOptions {
  /** Sent as JSON, or as it is with a `contentType`. */
  body?: unknown;
  contentType?: string | undefined;
  /** The same key with the same request gives the same result; a fresh one by default. */
  idempotencyKey?: string | undefined;
  headers?: Record<string, string>;
  /** Milliseconds until the answer has to begin; 30 s by default. */
  timeout?: number;
  signal?: AbortSignal | undefined;
  /** Statuses whose body is an answer too, such as 503 of /readyz. */
  accept?: number[];
}

/** Undefined parameters are left out. */
type Query = Record<string, string | number | boolean | undefined>;

export interface Client {
  settings: Settings;
  /** @throws Failure */
  get<T>(path: string, query?: Query, options?: RequestOptions): Promise<T>;
  /** @throws Failure */
  post<T>(path: string, options?: RequestOptions): Promise<T>;
  /** @throws Failure */
  put<T>(path: string, options?: RequestOptions): Promise<T>;
  /** The response itself, its status checked. @throws Failure */
  open(method: string, path: string, options?: RequestOptions): Promise<Response>;
}

const defaultTimeout = 30_000;

/** A client of one server. Paths begin with `/`; those of the API leave out `/api/v1`. */
export function createClient(settings: Settings): Client {
  const open = (method: string, path: string, options: RequestOptions = {}) =>
    send(settings, method, path, options);
  const read = async <T>(method: string, path: string, options?: RequestOptions): Promise<T> =>
    readJson<T>(await open(method, path, options), settings);
  return {
    settings,
    open,
    get: (path, query, options) => read('GET', `${path}${queryString(query)}`, options),
    post: (path, options = {}) => {
      const idempotencyKey = options.idempotencyKey ?? randomUUID();
      return read('POST', path, { body: {}, ...options, idempotencyKey });
    },
    put: (path, options) => read('PUT', path, options),
  };
}

/** One path segment. */
export function segment(text: string): string {
  return encodeURIComponent(text);
}

function queryString(query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(key, String(value));
  }
  return parameters.size === 0 ? '' : `?${parameters.toString()}`;
}

async function send(
  settings: Settings,
  method: string,
  path: string,
  options: RequestOptions,
): Promise<Response> {
  const url = `${settings.server}${/^\/(?:healthz|readyz)$/.test(path) ? '' : '/api/v1'}${path}`;
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort('timeout'), options.timeout ?? defaultTimeout);
  const signals = options.signal ? [options.signal, limit.signal] : [limit.signal];
  try {
    const response = await fetch(url, {
      method,
      headers: headersOf(settings, options),
      body: bodyOf(options),
      // A redirect would turn a POST into a GET and may lead the token astray.
      redirect: 'manual',
      signal: AbortSignal.any(signals),
    });
    if (response.ok || options.accept?.includes(response.status)) return response;
    throw await failureOf(response, settings);
  } catch (error) {
    if (error instanceof Failure || options.signal?.aborted) throw error;
    throw unreachable(settings, error, limit.signal.aborted);
  } finally {
    clearTimeout(timer);
  }
}

function headersOf({ token, actor }: Settings, options: RequestOptions): Record<string, string> {
  const { body, contentType, idempotencyKey } = options;
  return {
    accept: 'application/json',
    'x-crescendo-channel': 'cli',
    // The server takes 100 characters of ASCII; a name beyond that goes escaped rather than not at all.
    ...(token === null
      ? { 'x-crescendo-actor': encodeURI(actor).slice(0, 100) }
      : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    ...options.headers,
  };
}

function bodyOf({ body, contentType }: RequestOptions): string | null {
  if (body === undefined) return null;
  return typeof body === 'string' && contentType !== undefined ? body : JSON.stringify(body);
}

async function readJson<T>(response: Response, settings: Settings): Promise<T> {
  const text = await response.text().catch((error: unknown) => {
    throw unreachable(settings, error, false);
  });
  try {
    return JSON.parse(text) as T;
  } catch {
    throw foreign(settings, `it answered ${response.status} with something that is no JSON`);
  }
}

interface Problem {
  title?: string;
  detail?: string;
  code?: string;
  advice?: string;
  instance?: string;
  errors?: FieldError[];
}

async function failureOf(response: Response, settings: Settings): Promise<Failure> {
  const { status } = response;
  if (status >= 300 && status < 400) {
    const location = response.headers.get('location') ?? 'elsewhere';
    return foreign(settings, `it redirects to ${location}`);
  }
  const problem = await problemOf(response);
  const exit = exitCodeFor(status, problem?.code ?? null);
  if (!problem) return plainFailure(status, exit, settings);
  const { title = `HTTP ${status}`, detail, code = null, errors, instance } = problem;
  const request = status >= 500 && instance ? ` (request ${instance})` : '';
  return new Failure(exit, `${detail ?? title}${request}`, adviceFor(problem), {
    code,
    fields: Array.isArray(errors) ? errors : [],
  });
}

async function problemOf(response: Response): Promise<Problem | null> {
  try {
    const body = (await response.json()) as Problem | null;
    const isProblem = typeof body?.code === 'string' || typeof body?.title === 'string';
    return isProblem ? body : null;
  } catch {
    return null;
  }
}

function adviceFor({ code, advice }: Problem): string {
  if (code === 'unauthenticated') {
    return 'Set CRESCENDO_TOKEN (or --token) to the token of this server; `crescendo context set` keeps it.';
  }
  return advice ?? 'Run `crescendo status` to see how the server is.';
}

/** Something between us and the server answered in its own words. */
function plainFailure(status: number, exit: Failure['exit'], settings: Settings): Failure {
  if (status === 401 || status === 403) {
    return new Failure(
      exit,
      `${settings.server} wants a valid token`,
      adviceFor({ code: 'unauthenticated' }),
    );
  }
  return new Failure(
    exit,
    `${settings.server} answered ${status} without saying why`,
    'Check that this is the address of a Crescendo server: `crescendo status`.',
  );
}

function foreign({ server, from }: Settings, what: string): Failure {
  const message = `${server} (from ${from}) does not look like a Crescendo server: ${what}`;
  return new Failure(
    exitCodes.unreachable,
    message,
    'Correct the address: --server or CRESCENDO_SERVER.',
  );
}

/** Nobody there, or the line went dead. */
function unreachable(settings: Settings, error: unknown, timedOut: boolean): Failure {
  const why = timedOut ? 'no answer in time' : reasonOf(error);
  return new Failure(
    exitCodes.unreachable,
    `${settings.server} (from ${settings.from}) does not answer: ${why}`,
    'Start a server with `crescendo up`, or name yours with --server. Running releases go on without it.',
    { cause: error },
  );
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  // An AggregateError of all addresses tried has a code, but no message.
  return cause.message || (cause as NodeJS.ErrnoException).code || cause.name;
}
