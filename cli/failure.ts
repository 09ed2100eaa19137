/** Failure: how a command ends when it does not end well; always with what to run next. */

import type { FieldError } from '../domain/errors.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';

interface More {
  code?: string | null;
  fields?: FieldError[];
  file?: string;
  cause?: unknown;
}

/** One error class for the whole CLI: an exit code, what happened, and what helps. */
export class Failure extends Error {
  readonly exit: ExitCode;
  /** What to do or run next. */
  readonly advice: string;
  /** The server's code, or null when the server did not speak. */
  readonly code: string | null;
  readonly fields: FieldError[];
  /** The file the fields belong to. */
  readonly file: string | null;

  constructor(exit: ExitCode, message: string, advice: string, more: More = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'Failure';
    this.exit = exit;
    this.advice = advice;
    this.code = more.code ?? null;
    this.fields = more.fields ?? [];
    this.file = more.file ?? null;
  }
}

/** Wrong use of the command line. */
export function usage(message: string, advice: string): Failure {
  return new Failure(exitCodes.usage, message, advice);
}
