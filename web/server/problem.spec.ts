import { describe, expect, it } from 'vitest';
import { ProblemError, problemOf, readProblem } from './problem.ts';

describe('web/server/problem.ts', () => {
  it('reads what the server says', () => {
    const told = {
      type: 'urn:crescendo:error:action_refused',
      title: 'The release cannot do that now',
      status: 409,
      detail: 'cannot promote: step 2 is over: eu is at step 3',
      code: 'action_refused',
      advice: 'Look at it.',
      retryable: false,
      instance: 'r-1',
      errors: [{ path: 'step', message: 'is over' }],
    };
    const { type: _, ...problem } = told;

    expect(readProblem(409, JSON.stringify(told))).toEqual(problem);
  });

  it.each([
    [502, '<html>Bad Gateway</html>', '<html>Bad Gateway</html>', true],
    [404, '', 'without saying why', false],
    [500, '[]', '[]', true],
    [403, 'null', 'null', false],
  ])('makes a problem of %i with the body %j', (status, body, detail, retryable) => {
    expect(readProblem(status, body)).toMatchObject({
      status,
      title: `The server answered ${status}`,
      detail,
      code: 'unknown',
      retryable,
      errors: [],
    });
  });

  it('knows its own errors, and takes all others for a failed connection', () => {
    const problem = readProblem(404, '');

    expect(problemOf(new ProblemError(problem))).toBe(problem);
    expect(problemOf(new TypeError('Failed to fetch'))).toMatchObject({
      status: 0,
      code: 'unreachable',
      retryable: true,
    });
  });
});
