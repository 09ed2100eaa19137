/** What went wrong with a request: the server's RFC 9457 problem, or that it did not answer. */

import type { FieldError } from '../../domain/errors.ts';

export interface Problem {
  status: number;
  title: string;
  detail: string;
  code: string;
  advice: string;
  retryable: boolean;
  /** Id of the request, for the server log. */
  instance: string | null;
  errors: FieldError[];
}

/** An Error that carries a problem. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}

/** The problem of anything that was thrown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return unreachable(error instanceof Error ? error.message : String(error));
}

/** No answer at all: no network, no server, or none in time. */
export function unreachable(detail: string): Problem {
  return {
    status: 0,
    title: 'The server does not answer',
    detail,
    code: 'unreachable',
    advice: 'Releases go on without this page. Look at the network, then try again.',
    retryable: true,
    instance: null,
    errors: [],
  };
}

/** The problem in an answer's body; what is no problem becomes one (a proxy's error page). */
export function readProblem(status: number, body: string): Problem {
  const told = parseObject(body);
  const text = (key: string) => (typeof told[key] === 'string' ? told[key] : null);
  return {
    status,
    title: text('title') ?? `The server answered ${status}`,
    detail: text('detail') ?? (body.trim().slice(0, 200) || 'without saying why'),
    code: text('code') ?? 'unknown',
    advice: text('advice') ?? 'Something between this page and Crescendo may have answered.',
    retryable: told['retryable'] === true || status >= 500,
    instance: text('instance'),
    errors: Array.isArray(told['errors']) ? (told['errors'] as FieldError[]) : [],
  };
}

function parseObject(body: string): Record<string, unknown> {
  try {
    const value = JSON.parse(body) as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
